#pragma once
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "agentd/run_record.h"
#include "agentd/runtime/line_reader.h"
#include "agentd/transcript.h"

namespace trinity::agentd {

/// Lines that a real command line printed, recorded against a provider of ours.
inline std::vector<std::string> sample(const std::string& name) {
  std::ifstream file(std::string(AGENTD_SAMPLES) + "/" + name + ".jsonl");
  if (!file) throw std::runtime_error("no sample " + name);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

/// What a reader makes of lines.
struct Read {
  std::vector<Event> events;
  RunRecord record{200'000};
  Transcript transcript;
  std::vector<Piece> pieces;

  template <class E>
  [[nodiscard]] std::vector<E> all() const {
    std::vector<E> found;
    for (const auto& event : events) {
      if (const auto* one = std::get_if<E>(&event)) found.push_back(*one);
    }
    return found;
  }
};

template <class Lines>
Read read(LineReader& reader, const Lines& lines) {
  Read made;
  auto time = Time{};
  const auto take = [&](Reading& reading) {
    for (const auto& event : reading.events) {
      made.record.take(event, time);
      made.events.push_back(event);
    }
    for (auto& piece : reading.pieces) made.pieces.push_back(std::move(piece));
    for (auto& line : reading.shown) made.transcript.add(std::move(line));
    time += std::chrono::milliseconds(10);
  };
  for (const auto& line : lines) {
    Reading reading;
    reader.line(line, false, reading);
    take(reading);
  }
  Reading rest;
  reader.finish(rest);
  take(rest);
  made.record.finish(std::chrono::milliseconds(1234));
  made.transcript.finish();
  return made;
}

}  // namespace trinity::agentd
