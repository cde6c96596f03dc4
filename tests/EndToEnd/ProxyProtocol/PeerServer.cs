using System.Net;
using System.Net.Sockets;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.ProxyProtocol;

/// <summary>A server of others that reads or writes PROXY protocol headers, with its configuration written for the test.</summary>
internal static class PeerServer
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    /// <summary>Starts nginx with one server that answers with whom it takes for its client, as its own variables say.</summary>
    public static async Task<(ProgramProcess Process, IPEndPoint EndPoint)> StartNginxAsync(TempDirectory files, Action<string> report)
    {
        var work = files.MakeDirectory("nginx");
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = files.Write("nginx.conf", $$"""
            daemon off;
            master_process off;
            pid {{work}}/nginx.pid;
            error_log {{work}}/error.log;
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path {{work}}/body;
              proxy_temp_path {{work}}/proxy;
              fastcgi_temp_path {{work}}/fastcgi;
              uwsgi_temp_path {{work}}/uwsgi;
              scgi_temp_path {{work}}/scgi;
              server {
                listen {{endPoint}} proxy_protocol;
                set_real_ip_from 127.0.0.1;
                real_ip_header proxy_protocol;
                location / {
                  return 200 "$remote_addr $proxy_protocol_addr $proxy_protocol_port $proxy_protocol_server_addr $proxy_protocol_server_port";
                }
              }
            }
            """);
        var process = ProgramProcess.Start("nginx", Peer.Require("nginx"), ["-p", work, "-e", Path.Combine(work, "error.log"), "-c", configuration], report: report);
        await UpAsync(process, endPoint);
        return (process, endPoint);
    }

    /// <summary>Starts haproxy with the given proxies and waits until it listens.</summary>
    public static async Task<ProgramProcess> StartHaproxyAsync(TempDirectory files, string proxies, IPEndPoint listening, Action<string> report)
    {
        var configuration = files.Write($"haproxy-{listening.Port}.cfg", $"""
            global
              maxconn 64
            defaults
              timeout connect 10s
              timeout client 30s
              timeout server 30s
            {proxies}

            """);
        var process = ProgramProcess.Start("haproxy", Peer.Require("haproxy"), ["-db", "-f", configuration], report: report);
        await UpAsync(process, listening);
        return process;
    }

    /// <summary>
    /// Starts unbound, a resolver that wants a header in front of each question, prints who asks, and answers whoever has a
    /// loopback address and nobody else.
    /// </summary>
    public static async Task<(ProgramProcess Process, IPEndPoint EndPoint)> StartUnboundAsync(TempDirectory files, Action<string> report)
    {
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = files.Write("unbound.conf", $"""
            server:
              interface: {endPoint.Address}@{endPoint.Port}
              proxy-protocol-port: {endPoint.Port}
              num-threads: 1
              do-ip6: no
              do-daemonize: no
              username: ""
              chroot: ""
              directory: "{files.Path}"
              pidfile: ""
              use-syslog: no
              logfile: ""
              log-queries: yes
              module-config: "iterator"
              local-zone: "home.example." static
              local-data: "who.home.example. A 192.0.2.1"
            remote-control:
              control-enable: no

            """);
        var process = ProgramProcess.Start("unbound", Peer.Require("unbound"), ["-d", "-c", configuration], report: report);
        await UpAsync(process, endPoint);
        return (process, endPoint);
    }

    private static Task UpAsync(ProgramProcess process, IPEndPoint endPoint) => Eventually.HoldsAsync(
        async () =>
        {
            Assert.False(process.HasExited, $"{process.Name} has ended:\n{process.Output.Text()}");
            try
            {
                using var visitor = await Visitor.ConnectAsync(endPoint);
                return true;
            }
            catch (SocketException)
            {
                return false;
            }
        },
        StartLimit,
        () => $"{process.Name} does not listen:\n{process.Output.Text()}");
}
