using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Targets;
using Tunnel.WebFront.Tests.Conformance.Wire;

namespace Tunnel.WebFront.Tests.Targets;

/// <summary>Answers every request with its name, and one for <see cref="HealthPath"/> with how it is.</summary>
public sealed class NamedTarget : IAsyncDisposable
{
    /// <summary>Where it is asked how it is.</summary>
    public const string HealthPath = "/health";

    private readonly TcpTarget _server;
    private readonly string _name;
    private volatile bool _isWell = true;
    private int _isGone;

    /// <summary>Starts.</summary>
    public NamedTarget(string name)
    {
        _name = name;
        _server = new TcpTarget(ServeAsync);
    }

    /// <summary>Host and port.</summary>
    public string Address => _server.Address;

    /// <summary>Whether it says that it is well; it answers in either case.</summary>
    public bool IsWell
    {
        get => _isWell;
        set => _isWell = value;
    }

    /// <summary>Is gone; any number of times.</summary>
    public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isGone, 1) == 0 ? _server.DisposeAsync() : ValueTask.CompletedTask;

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        var reader = new MessageReader(socket);
        while (await reader.ReadRequestAsync(cancellation) is { } request)
        {
            var isAsked = request.StartLine.StartsWith($"GET {HealthPath} ", StringComparison.Ordinal);
            var status = isAsked && !_isWell ? "503 Service Unavailable" : "200 OK";
            await socket.SendAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {_name.Length}\r\n\r\n{_name}"), cancellation);
        }
    }
}
