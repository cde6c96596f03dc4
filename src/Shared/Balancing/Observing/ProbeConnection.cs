using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;

namespace Tunnel.Shared.Balancing.Observing;

/// <summary>A connection of a probe's own through an outbound, as a visitor would have it.</summary>
internal sealed class ProbeConnection : IDuplexPipe, IAsyncDisposable
{
    /// <summary>Where rules and logs meet probes. Not a tag that a configuration can have, because of the blank.</summary>
    private const string InboundTag = "observatory probe";

    private readonly CancellationTokenSource _end = new();
    private readonly Task _handled;

    public ProbeConnection(IOutbound outbound, Destination destination, MemoryPool<byte> pool)
    {
        var options = new PipeOptions(pool, useSynchronizationContext: false);
        var (there, back) = (new Pipe(options), new Pipe(options));
        Input = back.Reader;
        Output = there.Writer;
        var info = new ConnectionInfo { InboundTag = InboundTag, Destination = destination };
        _handled = Task.Run(() => outbound.HandleAsync(info, new End(there.Reader, back.Writer), _end.Token));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public async ValueTask DisposeAsync()
    {
        await Output.CompleteAsync();
        await Input.CompleteAsync();
        await _end.CancelAsync();
        await _handled.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _end.Dispose();
    }

    private sealed record End(PipeReader Input, PipeWriter Output) : IDuplexPipe;
}
