using System.Net;
using System.Security.Cryptography;
using Tunnel.Benchmarks.Compare.Peers;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.Benchmarks.Compare.Load;

/// <summary>An nginx with one worker and two files, <c>/1k</c> and <c>/64k</c>.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly ProgramProcess _process;

    private Nginx(ProgramProcess process, int port)
    {
        _process = process;
        Port = port;
    }

    /// <summary>Why there cannot be one, null when there can.</summary>
    public static string? Missing => Peer.Find("nginx") is null ? "nginx is not installed" : null;

    /// <summary>Where it listens on loopback.</summary>
    public int Port { get; }

    /// <summary>Starts one and waits until it answers.</summary>
    /// <param name="site">Where.</param>
    /// <param name="before">The port of another one that it stands before as a proxy, with kept connections; null for one with the files.</param>
    public static async Task<Nginx> StartAsync(Site site, int? before = null)
    {
        var folder = site.NewFolder();
        var port = FreePort.Next();
        await File.WriteAllBytesAsync(Path.Combine(folder, "1k"), RandomNumberGenerator.GetBytes(1024));
        await File.WriteAllBytesAsync(Path.Combine(folder, "64k"), RandomNumberGenerator.GetBytes(64 * 1024));
        var config = Path.Combine(folder, "nginx.conf");
        var user = Environment.IsPrivilegedProcess ? "user root;" : "";
        var upstream = before is null ? "" : $"upstream origin {{ server 127.0.0.1:{before}; keepalive 64; keepalive_requests 1000000000; }}";
        var proxy = before is null ? "" : "location / { proxy_pass http://origin; proxy_http_version 1.1; proxy_set_header Connection \"\"; }";
        await File.WriteAllTextAsync(
            config,
            $$"""
            {{user}}
            daemon off;
            master_process off;
            pid {{folder}}/pid;
            error_log stderr crit;
            events { worker_connections 8192; }
            http {
                access_log off;
                sendfile on;
                tcp_nodelay on;
                open_file_cache max=10;
                keepalive_requests 1000000000;
                keepalive_timeout 1h;
                client_body_temp_path {{folder}}/t1;
                proxy_temp_path {{folder}}/t2;
                fastcgi_temp_path {{folder}}/t3;
                uwsgi_temp_path {{folder}}/t4;
                scgi_temp_path {{folder}}/t5;
                {{upstream}}
                server { listen 127.0.0.1:{{port}} backlog=4096; root {{folder}}; {{proxy}} }
            }

            """);
        var nginx = new Nginx(ProgramProcess.Start("nginx", Peer.Require("nginx"), ["-e", "stderr", "-p", folder, "-c", config]), port);
        for (var tries = 0; tries < 200 && !nginx._process.HasExited; tries++)
        {
            try
            {
                site.Visit(new IPEndPoint(IPAddress.Loopback, port)).Dispose();
                return nginx;
            }
            catch (System.Net.Sockets.SocketException)
            {
                await Task.Delay(25);
            }
        }

        var log = nginx._process.Output.Text();
        await nginx.DisposeAsync();
        throw new InvalidOperationException($"nginx does not answer: {log}");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
