#pragma once
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string>
#include <thread>

namespace trinity::outbound {

/// A certificate that has signed itself, and its key.
struct Certificate {
  std::string pem;
  std::string key;
};

/// For one host: "IP:127.0.0.1" or "DNS:example.test". `days`: how long it is valid from yesterday on.
inline Certificate certificate_for(const std::string& host, long days) {
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  const std::unique_ptr<X509, decltype(&X509_free)> made(X509_new(), X509_free);
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  constexpr long day = 86'400;
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -2 * day);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), (days - 1) * day);
  X509_set_pubkey(made.get(), key.get());
  auto* const name = X509_get_subject_name(made.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(made.get(), name);
  auto* const extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, host.c_str());
  X509_add_ext(made.get(), extension, -1);
  X509_EXTENSION_free(extension);
  X509_sign(made.get(), key.get(), EVP_sha256());
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new(BIO_s_mem()), BIO_free);
  const std::unique_ptr<BIO, decltype(&BIO_free)> secret(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_X509(pem.get(), made.get());
  PEM_write_bio_PrivateKey(secret.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  const auto text = [](BIO* from) {
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(from, &bytes);
    return std::string(bytes, static_cast<std::size_t>(size));
  };
  return {text(pem.get()), text(secret.get())};
}

/// Answers every request over TLS with 200 "ok"; a client that does not trust it is let go.
class TlsServer {
 public:
  explicit TlsServer(const Certificate& certificate) {
    context_.use_certificate_chain(boost::asio::buffer(certificate.pem));
    context_.use_private_key(boost::asio::buffer(certificate.key), boost::asio::ssl::context::pem);
    thread_ = std::thread([this] {
      while (serve_one()) {
      }
    });
  }
  ~TlsServer() {
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    thread_.join();
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

 private:
  bool serve_one() {
    boost::system::error_code fault;
    boost::asio::ip::tcp::socket socket(io_);
    acceptor_.accept(socket, fault);
    if (fault) return false;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream(std::move(socket), context_);
    stream.handshake(boost::asio::ssl::stream_base::server, fault);
    if (fault) return true;
    std::string head;
    boost::asio::read_until(stream, boost::asio::dynamic_buffer(head, 16'384), "\r\n\r\n", fault);
    const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
    boost::asio::write(stream, boost::asio::buffer(answer), fault);
    stream.shutdown(fault);
    return true;
  }

  boost::asio::io_context io_;
  boost::asio::ssl::context context_{boost::asio::ssl::context::tls_server};
  boost::asio::ip::tcp::acceptor acceptor_{io_, {boost::asio::ip::make_address("127.0.0.1"), 0}};
  std::thread thread_;
};

}  // namespace trinity::outbound
