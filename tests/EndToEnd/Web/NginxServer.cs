using System.Net;
using Tunnel.Testing;
using Tunnel.Testing.Net;
using Tunnel.Testing.Peers;
using Tunnel.Testing.Programs;

namespace Tunnel.EndToEnd.Web;

/// <summary>A real nginx with everything it touches in one directory, serving files and taking uploads by PUT.</summary>
public sealed class NginxServer : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(20);

    private readonly ProgramProcess _process;

    private NginxServer(ProgramProcess process, IPEndPoint endPoint, string root)
    {
        _process = process;
        EndPoint = endPoint;
        Root = root;
    }

    /// <summary>Where it listens.</summary>
    public IPEndPoint EndPoint { get; }

    /// <summary>The directory it serves; uploads land in <c>upload</c> below it.</summary>
    public string Root { get; }

    /// <summary>Starts it.</summary>
    /// <param name="files">Where all its files go.</param>
    /// <param name="report">Told the tail of its log at the end.</param>
    /// <param name="upstreams">More lines for <c>http</c>.</param>
    /// <param name="locations">More lines for <c>server</c>.</param>
    public static async Task<NginxServer> StartAsync(TempDirectory files, Action<string> report, string upstreams = "", string locations = "")
    {
        var root = files.MakeDirectory("www");
        Directory.CreateDirectory(Path.Combine(root, "upload"));
        var work = files.MakeDirectory("nginx");

        // nginx does not tell which port it got for 0, so it is given one.
        var endPoint = new IPEndPoint(IPAddress.Loopback, FreePort.Next());
        var configuration = files.Write("nginx.conf", Configuration(endPoint, root, work, upstreams, locations));
        var process = ProgramProcess.Start("nginx", Peer.Require("nginx"), ["-p", work, "-e", Path.Combine(work, "error.log"), "-c", configuration], report: report);
        await Eventually.HoldsAsync(() => IsUpAsync(endPoint, process), StartLimit, () => $"nginx does not listen:\n{process.Output.Text()}");
        return new NginxServer(process, endPoint, root);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<bool> IsUpAsync(IPEndPoint endPoint, ProgramProcess process)
    {
        Assert.False(process.HasExited, $"nginx has ended:\n{process.Output.Text()}");
        try
        {
            using var visitor = await Visitor.ConnectAsync(endPoint);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }

    // One process, so that ending it by its id ends all of it.
    private static string Configuration(IPEndPoint endPoint, string root, string work, string upstreams, string locations) => $$"""
        daemon off;
        master_process off;
        pid {{work}}/nginx.pid;
        error_log {{work}}/error.log;
        events { worker_connections 1024; }
        http {
          access_log off;
          sendfile on;
          types { text/html html; image/png png; application/octet-stream bin; }
          client_max_body_size 0;
          client_body_temp_path {{root}}/.body;
          proxy_temp_path {{work}}/proxy;
          fastcgi_temp_path {{work}}/fastcgi;
          uwsgi_temp_path {{work}}/uwsgi;
          scgi_temp_path {{work}}/scgi;
          {{upstreams}}
          server {
            listen {{endPoint}};
            root {{root}};
            location /upload/ { dav_methods PUT; }
            {{locations}}
          }
        }
        """;
}
