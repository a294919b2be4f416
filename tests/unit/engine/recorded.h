#pragma once
#include <string_view>

/// Answers of a real engine (20.10, API 1.41), names changed.
namespace trinity::engine::recorded {

/// GET /version.
inline constexpr std::string_view version =
    R"json({"Platform":{"Name":""},"Components":[{"Name":"Engine","Version":"20.10.24+dfsg1",
"Details":{"ApiVersion":"1.41","Arch":"amd64","BuildTime":"2026-05-07T21:09:36.000000000+00:00",
"Experimental":"false","GitCommit":"5d6db84","GoVersion":"go1.19.8","MinAPIVersion":"1.12","Os":"linux"}},
{"Name":"containerd","Version":"1.6.20~ds1","Details":{"GitCommit":"1.6.20~ds1-1+deb12u3"}},{"Name":"runc",
"Version":"1.1.5+ds1","Details":{"GitCommit":"1.1.5+ds1-1+deb12u1"}},{"Name":"docker-init",
"Version":"0.19.0","Details":{"GitCommit":""}}],"Version":"20.10.24+dfsg1","ApiVersion":"1.41",
"MinAPIVersion":"1.12","GitCommit":"5d6db84","GoVersion":"go1.19.8","Os":"linux","Arch":"amd64",
"KernelVersion":"6.1.0","BuildTime":"2026-05-07T21:09:36.000000000+00:00"})json";

/// GET /containers/json?all=1: one never started, one ended.
inline constexpr std::string_view list =
    R"json([{"Id":"b9a0ccbd29f35adee6d2adaab00d6c24f34d4b93fde1f96142bb4bae083842ca","Names":["/agent-other"],
"Image":"demo-image:1","ImageID":"sha256:a99d844b4013379b1d6c4bb6d251b83a6e51120d6cd81864172a6c28c4b33735",
"Command":"/bin/sh","Created":1795490489,"Ports":[],"Labels":{"demo":"1"},"State":"created",
"Status":"Created","HostConfig":{"NetworkMode":"default"},
"NetworkSettings":{"Networks":{"bridge":{"IPAMConfig":null,"Links":null,"Aliases":null,"NetworkID":"",
"EndpointID":"","Gateway":"","IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"",
"GlobalIPv6PrefixLen":0,"MacAddress":"","DriverOpts":null}}},"Mounts":[]},
{"Id":"21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20","Names":["/agent-demo"],
"Image":"demo-image:1","ImageID":"sha256:a99d844b4013379b1d6c4bb6d251b83a6e51120d6cd81864172a6c28c4b33735",
"Command":"/bin/sh -c 'echo out; echo err >&2; sleep 2; exit 3'","Created":1795490486,"Ports":[],
"Labels":{"demo":"1","trinity.agent-name":"demo"},"State":"exited","Status":"Exited (3) 1 second ago",
"HostConfig":{"NetworkMode":"demo-network"},
"NetworkSettings":{"Networks":{"demo-network":{"IPAMConfig":null,"Links":null,"Aliases":null,
"NetworkID":"b11cd5ddffa18f91e04de8f217ed0c925defba6dccd946bbc6b86102e455405d","EndpointID":"","Gateway":"",
"IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,
"MacAddress":"","DriverOpts":null}}},"Mounts":[{"Type":"volume","Name":"agent-demo-workspace",
"Source":"/var/lib/docker/volumes/agent-demo-workspace/_data","Destination":"/home/developer",
"Driver":"local","Mode":"z","RW":true,"Propagation":""},{"Type":"bind","Source":"/tmp",
"Destination":"/host","Mode":"ro","RW":false,"Propagation":"rprivate"}]}])json";

/// GET /containers/{id}/json, in part.
inline constexpr std::string_view inspect_running =
    R"json({"Id":"21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20",
"Created":"2026-11-24T03:21:26.482149673Z","Path":"/bin/sh","Args":["-c",
"echo out; echo err >&2; sleep 2; exit 3"],"State":{"Status":"running","Running":true,"Paused":false,
"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":2205,"ExitCode":0,"Error":"",
"StartedAt":"2026-11-24T03:21:26.78597174Z","FinishedAt":"0001-01-01T00:00:00Z"},
"Image":"sha256:a99d844b4013379b1d6c4bb6d251b83a6e51120d6cd81864172a6c28c4b33735","Name":"/agent-demo",
"RestartCount":0,"Driver":"overlay2","Platform":"linux","MountLabel":"","ProcessLabel":"",
"AppArmorProfile":"","ExecIDs":null,"HostConfig":{"Binds":["agent-demo-workspace:/home/developer",
"/tmp:/host:ro"],"ContainerIDFile":"","LogConfig":{"Type":"json-file","Config":{}},
"NetworkMode":"demo-network","PortBindings":{},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},
"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"CapAdd":null,"CapDrop":null,"CgroupnsMode":"host",
"Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"private","Cgroup":"",
"Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,
"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":67108864,"Runtime":"runc","ConsoleSize":[0,0],
"Isolation":"","CpuShares":0,"Memory":33554432,"NanoCpus":0,"CgroupParent":"","CpuPeriod":0,"CpuQuota":0,
"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,
"KernelMemory":0,"KernelMemoryTCP":0,"MemoryReservation":0,"MemorySwap":67108864,"MemorySwappiness":null,
"OomKillDisable":false,"PidsLimit":null,"Ulimits":[],"CpuCount":0,"CpuPercent":0},
"Mounts":[{"Type":"volume","Name":"agent-demo-workspace",
"Source":"/var/lib/docker/volumes/agent-demo-workspace/_data","Destination":"/home/developer",
"Driver":"local","Mode":"z","RW":true,"Propagation":""},{"Type":"bind","Source":"/tmp",
"Destination":"/host","Mode":"ro","RW":false,"Propagation":"rprivate"}],"Config":{"Hostname":"agent-demo",
"Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,
"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["/bin/sh","-c",
"echo out; echo err >&2; sleep 2; exit 3"],"Image":"demo-image:1","Volumes":null,"WorkingDir":"",
"Entrypoint":null,"OnBuild":null,"Labels":{"demo":"1","trinity.agent-name":"demo"}},
"NetworkSettings":{"Bridge":"",
"SandboxID":"98118ccc264dc68dc8537ea0d4e90fa41d83a82ca8d91bb4addc6806afa5bee5","HairpinMode":false,
"LinkLocalIPv6Address":"","LinkLocalIPv6PrefixLen":0,"Ports":{},
"SandboxKey":"/var/run/docker/netns/98118ccc264d","SecondaryIPAddresses":null,"SecondaryIPv6Addresses":null,
"EndpointID":"","Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"IPAddress":"","IPPrefixLen":0,
"IPv6Gateway":"","MacAddress":"","Networks":{"demo-network":{"IPAMConfig":null,"Links":null,
"Aliases":["21e82ae60b4d","agent-demo"],
"NetworkID":"b11cd5ddffa18f91e04de8f217ed0c925defba6dccd946bbc6b86102e455405d",
"EndpointID":"fbb1ba3ad025791d1cec796995e4bd60fd4cb3664f796c50948571fbca511889","Gateway":"172.31.250.1",
"IPAddress":"172.31.250.2","IPPrefixLen":24,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,
"MacAddress":"02:42:ac:1f:fa:02","DriverOpts":null}}}})json";

/// The same container after its end.
inline constexpr std::string_view inspect_exited =
    R"json({"Id":"21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20",
"Created":"2026-11-24T03:21:26.482149673Z","Path":"/bin/sh","Args":["-c",
"echo out; echo err >&2; sleep 2; exit 3"],"State":{"Status":"exited","Running":false,"Paused":false,
"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":0,"ExitCode":3,"Error":"",
"StartedAt":"2026-11-24T03:21:26.78597174Z","FinishedAt":"2026-11-24T03:21:28.793558011Z"},
"Image":"sha256:a99d844b4013379b1d6c4bb6d251b83a6e51120d6cd81864172a6c28c4b33735","Name":"/agent-demo",
"RestartCount":0,"Driver":"overlay2","Platform":"linux","MountLabel":"","ProcessLabel":"",
"AppArmorProfile":"","ExecIDs":null,"HostConfig":{"Binds":["agent-demo-workspace:/home/developer",
"/tmp:/host:ro"],"ContainerIDFile":"","LogConfig":{"Type":"json-file","Config":{}},
"NetworkMode":"demo-network","PortBindings":{},"RestartPolicy":{"Name":"no","MaximumRetryCount":0},
"AutoRemove":false,"VolumeDriver":"","VolumesFrom":null,"CapAdd":null,"CapDrop":null,"CgroupnsMode":"host",
"Dns":[],"DnsOptions":[],"DnsSearch":[],"ExtraHosts":null,"GroupAdd":null,"IpcMode":"private","Cgroup":"",
"Links":null,"OomScoreAdj":0,"PidMode":"","Privileged":false,"PublishAllPorts":false,"ReadonlyRootfs":false,
"SecurityOpt":null,"UTSMode":"","UsernsMode":"","ShmSize":67108864,"Runtime":"runc","ConsoleSize":[0,0],
"Isolation":"","CpuShares":0,"Memory":33554432,"NanoCpus":0,"CgroupParent":"","CpuPeriod":0,"CpuQuota":0,
"CpusetCpus":"","CpusetMems":"","Devices":[],"DeviceCgroupRules":null,"DeviceRequests":null,
"KernelMemory":0,"KernelMemoryTCP":0,"MemoryReservation":0,"MemorySwap":67108864,"MemorySwappiness":null,
"OomKillDisable":false,"PidsLimit":null,"Ulimits":[],"CpuCount":0,"CpuPercent":0},
"Mounts":[{"Type":"volume","Name":"agent-demo-workspace",
"Source":"/var/lib/docker/volumes/agent-demo-workspace/_data","Destination":"/home/developer",
"Driver":"local","Mode":"z","RW":true,"Propagation":""},{"Type":"bind","Source":"/tmp",
"Destination":"/host","Mode":"ro","RW":false,"Propagation":"rprivate"}],"Config":{"Hostname":"agent-demo",
"Domainname":"","User":"","AttachStdin":false,"AttachStdout":true,"AttachStderr":true,"Tty":false,
"OpenStdin":false,"StdinOnce":false,"Env":null,"Cmd":["/bin/sh","-c",
"echo out; echo err >&2; sleep 2; exit 3"],"Image":"demo-image:1","Volumes":null,"WorkingDir":"",
"Entrypoint":null,"OnBuild":null,"Labels":{"demo":"1","trinity.agent-name":"demo"}},
"NetworkSettings":{"Bridge":"",
"SandboxID":"98118ccc264dc68dc8537ea0d4e90fa41d83a82ca8d91bb4addc6806afa5bee5","HairpinMode":false,
"LinkLocalIPv6Address":"","LinkLocalIPv6PrefixLen":0,"Ports":{},
"SandboxKey":"/var/run/docker/netns/98118ccc264d","SecondaryIPAddresses":null,"SecondaryIPv6Addresses":null,
"EndpointID":"","Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,"IPAddress":"","IPPrefixLen":0,
"IPv6Gateway":"","MacAddress":"","Networks":{"demo-network":{"IPAMConfig":null,"Links":null,
"Aliases":["21e82ae60b4d","agent-demo"],
"NetworkID":"b11cd5ddffa18f91e04de8f217ed0c925defba6dccd946bbc6b86102e455405d","EndpointID":"","Gateway":"",
"IPAddress":"","IPPrefixLen":0,"IPv6Gateway":"","GlobalIPv6Address":"","GlobalIPv6PrefixLen":0,
"MacAddress":"","DriverOpts":null}}}})json";

/// A line of GET /events.
inline constexpr std::string_view event_die =
    R"json({"status":"die","id":"21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20",
"from":"demo-image:1","Type":"container","Action":"die",
"Actor":{"ID":"21e82ae60b4d83f0fd928ac3db242fdbc778e57f88e0f6621dc68c7bce81ea20",
"Attributes":{"exitCode":"3","image":"demo-image:1","name":"agent-demo","demo":"1",
"trinity.agent-name":"demo"}},"scope":"local","time":1795490488,"timeNano":1795490488817262383})json";

/// GET /containers/{id}/stats?stream=false&one-shot=true on cgroup v1.
inline constexpr std::string_view statistics =
    R"json({"read":"2026-11-24T03:09:55.841810987Z","preread":"0001-01-01T00:00:00Z","pids_stats":{"current":2,
"limit":50},"blkio_stats":{"io_service_bytes_recursive":[],"io_serviced_recursive":[]},"num_procs":0,
"storage_stats":{},"cpu_stats":{"cpu_usage":{"total_usage":274069639,"percpu_usage":[141524797,132544842],
"usage_in_kernelmode":180000000,"usage_in_usermode":80000000},"system_cpu_usage":2742590000000,
"online_cpus":2,"throttling_data":{"periods":329,"throttled_periods":0,"throttled_time":0}},
"precpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},
"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},"memory_stats":{"usage":954368,
"max_usage":3821568,"stats":{"active_anon":8192,"active_file":16384,"cache":102400,
"hierarchical_memory_limit":67108864,"inactive_anon":102400,"inactive_file":86015,"rss":110592,
"total_cache":102400,"total_inactive_file":86016,"total_rss":110592},"limit":67108864},"name":"/agent-demo",
"networks":{"eth0":{"rx_bytes":1392,"rx_packets":16,"rx_errors":0,"rx_dropped":0,"tx_bytes":7,
"tx_packets":0,"tx_errors":0,"tx_dropped":0}}})json";

/// The same of a container that does not run.
inline constexpr std::string_view statistics_stopped =
    R"json({"read":"0001-01-01T00:00:00Z","preread":"0001-01-01T00:00:00Z","pids_stats":{},
"blkio_stats":{"io_service_bytes_recursive":null},"num_procs":0,"storage_stats":{},
"cpu_stats":{"cpu_usage":{"total_usage":0,"usage_in_kernelmode":0,"usage_in_usermode":0},
"throttling_data":{"periods":0,"throttled_periods":0,"throttled_time":0}},
"precpu_stats":{"cpu_usage":{"total_usage":0}},"memory_stats":{},"name":"/agent-demo"})json";

/// A network whose subnet was chosen by hand: no gateway is told.
inline constexpr std::string_view network =
    R"json({"Name":"demo-network","Id":"b11cd5ddffa18f91e04de8f217ed0c925defba6dccd946bbc6b86102e455405d",
"Created":"2026-11-24T03:09:59.050456353Z","Scope":"local","Driver":"bridge","EnableIPv6":false,
"IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"172.31.250.0/24"}]},"Internal":false,
"Attachable":false,"Ingress":false,"ConfigFrom":{"Network":""},"ConfigOnly":false,"Containers":{},
"Options":{},"Labels":{}})json";

/// A network whose addresses the engine chose.
inline constexpr std::string_view network_chosen =
    R"json({"Name":"bridge","Id":"346679e78d49ec2556518e47f63a66136d9c2913aec00f8e0f07d0bb2ad07d9c",
"Created":"2026-11-24T02:57:42.73200568Z","Scope":"local","Driver":"bridge","EnableIPv6":false,
"IPAM":{"Driver":"default","Options":null,"Config":[{"Subnet":"172.17.0.0/16","Gateway":"172.17.0.1"}]},
"Internal":false,"Attachable":false,"Ingress":false,"ConfigFrom":{"Network":""},"ConfigOnly":false,
"Containers":{},"Options":{"com.docker.network.bridge.default_bridge":"true",
"com.docker.network.bridge.enable_icc":"true","com.docker.network.bridge.enable_ip_masquerade":"true",
"com.docker.network.bridge.host_binding_ipv4":"0.0.0.0","com.docker.network.bridge.name":"docker0",
"com.docker.network.driver.mtu":"1500"},"Labels":{}})json";

/// GET /volumes/{name}.
inline constexpr std::string_view volume =
    R"json({"CreatedAt":"2026-11-24T03:09:55Z","Driver":"local","Labels":{"a":"b"},
"Mountpoint":"/var/lib/docker/volumes/agent-demo-workspace/_data","Name":"agent-demo-workspace",
"Options":null,"Scope":"local"})json";

/// GET /images/{name}/json, in part.
inline constexpr std::string_view image =
    R"json({"Id":"sha256:a99d844b4013379b1d6c4bb6d251b83a6e51120d6cd81864172a6c28c4b33735","RepoTags":["demo-image:1"],
"RepoDigests":[],"Parent":"","Comment":"Imported from -","Created":"2026-11-24T03:06:15.019601955Z",
"Container":"","ContainerConfig":{"Hostname":"","Domainname":"","User":"","AttachStdin":false,
"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,"StdinOnce":false,"Env":null,
"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,"OnBuild":null,"Labels":null},
"DockerVersion":"20.10.24+dfsg1","Author":"","Config":{"Hostname":"","Domainname":"","User":"",
"AttachStdin":false,"AttachStdout":false,"AttachStderr":false,"Tty":false,"OpenStdin":false,
"StdinOnce":false,"Env":null,"Cmd":null,"Image":"","Volumes":null,"WorkingDir":"","Entrypoint":null,
"OnBuild":null,"Labels":null},"Architecture":"amd64","Os":"linux","Size":1982305,"VirtualSize":1982305,
"RootFS":{"Type":"layers",
"Layers":["sha256:b1b1d3d7e1230af8c076d4a33416d34cced1a85adaedc3382ee6cb010d2ff5d3"]},
"Metadata":{"LastTagTime":"2026-11-24T03:06:15.021039086Z"}})json";

}  // namespace trinity::engine::recorded
