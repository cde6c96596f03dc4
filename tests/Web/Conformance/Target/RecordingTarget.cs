using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Tunnel.Testing.Targets;
using Tunnel.WebFront.Tests.Conformance.Wire;

namespace Tunnel.WebFront.Tests.Conformance.Target;

/// <summary>The server behind both fronts: keeps what it received, and answers as it was told.</summary>
internal sealed class RecordingTarget : IAsyncDisposable
{
    private readonly TcpTarget _target;
    private readonly ConcurrentQueue<Message> _requests = new();
    private volatile TargetAnswer[] _answers = [TargetAnswer.Ok];
    private int _answered;

    public RecordingTarget() => _target = new TcpTarget(ServeAsync);

    /// <summary>Where it listens.</summary>
    public string Address => _target.Address;

    /// <summary>The complete requests since <see cref="Script"/>, in order. One that breaks off is nothing an application would act on.</summary>
    public IReadOnlyList<Message> Requests => [.. _requests];

    /// <summary>Says how to answer from now on, and forgets what was received.</summary>
    public void Script(TargetAnswer[] answers)
    {
        _requests.Clear();
        _answers = answers;
        _answered = 0;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _target.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken cancellation)
    {
        socket.NoDelay = true;
        var reader = new MessageReader(socket);
        while (await reader.ReadRequestAsync(cancellation) is { } request)
        {
            _requests.Enqueue(request);
            var answers = _answers;
            var answer = answers[Math.Min(Interlocked.Increment(ref _answered), answers.Length) - 1];
            await socket.SendAsync(Encoding.Latin1.GetBytes(answer.Bytes.Replace("{target}", Address, StringComparison.Ordinal)), cancellation);
            switch (answer.End)
            {
                case TargetEnd.Close:
                    return;
                case TargetEnd.Reset:
                    socket.LingerState = new LingerOption(enable: true, seconds: 0);
                    return;
                case TargetEnd.Silence:
                    await reader.ReadToEndAsync(cancellation);
                    return;
                case TargetEnd.Echo:
                    await EchoAsync(socket, reader, cancellation);
                    return;
                default:
                    break;
            }
        }
    }

    private static async Task EchoAsync(Socket socket, MessageReader reader, CancellationToken cancellation)
    {
        while (await reader.ReadSomeAsync(cancellation) is { Length: > 0 } bytes)
        {
            await socket.SendAsync(bytes, cancellation);
        }
    }
}
