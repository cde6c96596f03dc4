using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Outbounds.Blackhole;

/// <summary>Protocol <c>blackhole</c>: ends every connection, with a fixed HTTP answer where that is asked for.</summary>
internal sealed class BlackholeOutbound(string tag, BlackholeSettings settings) : IOutbound
{
    /// <summary>Long enough for the answer to be read, short enough not to hold visitors; V2Ray waits as long.</summary>
    private static readonly TimeSpan HttpLinger = TimeSpan.FromSeconds(1);

    public string Tag => tag;

    public string Description => "nowhere (blackhole)";

    private static ReadOnlyMemory<byte> Forbidden { get; } =
        "HTTP/1.1 403 Forbidden\r\nConnection: close\r\nCache-Control: max-age=3600, public\r\nContent-Length: 0\r\n\r\n"u8.ToArray();

    public async Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken)
    {
        if (!settings.HttpResponse || info.Destination.Network == Network.Udp)
        {
            await pipe.Output.CompleteAsync();
            await pipe.Input.CompleteAsync();
            return;
        }

        try
        {
            await pipe.Output.WriteAsync(Forbidden, cancellationToken);
            await pipe.Output.CompleteAsync();
            await DiscardInputAsync(pipe.Input, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException)
        {
            await pipe.Output.CompleteAsync();
        }

        await pipe.Input.CompleteAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>A close with unread bytes is a reset, which would take the answer with it: so the request is read first.</summary>
    private static async Task DiscardInputAsync(PipeReader input, CancellationToken cancellationToken)
    {
        using var linger = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        linger.CancelAfter(HttpLinger);
        while (true)
        {
            var result = await input.ReadAsync(linger.Token);
            input.AdvanceTo(result.Buffer.End);
            if (result.IsCompleted)
            {
                return;
            }
        }
    }
}
