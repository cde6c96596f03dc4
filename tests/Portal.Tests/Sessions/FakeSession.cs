using Tunnel.Mux;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Portal.Tests.Sessions;

/// <summary>A session with a load that a test sets, and streams that come from elsewhere.</summary>
internal sealed class FakeSession : IMuxSession
{
    private readonly TaskCompletionSource<MuxSessionEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public int StreamCount { get; init; }

    public bool CanOpen { get; init; } = true;

    /// <summary>What <see cref="TryOpen"/> returns; null refuses.</summary>
    public Func<StreamMetadata, IMuxStream?> OnOpen { get; init; } = _ => null;

    public Task Draining => _completion.Task;

    public Task<MuxSessionEnd> Completion => _completion.Task;

    public TimeSpan? RoundTripTime => null;

    public static BridgeSession Bridge(int streams = 0, bool canOpen = true, string domain = "home.example", string peer = "192.0.2.1:1000") =>
        new(new FakeSession { StreamCount = streams, CanOpen = canOpen }, domain, peer, "0123456789");

    public IMuxStream? TryOpen(StreamMetadata metadata) => OnOpen(metadata);

    public ValueTask<IMuxStream?> AcceptAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public Task DrainAsync(CancellationToken cancellationToken)
    {
        _completion.TrySetResult(new MuxSessionEnd(MuxErrorCode.NoError, ByPeer: false, "drained"));
        return Task.CompletedTask;
    }

    public void Abort(MuxErrorCode code, string reason) => _completion.TrySetResult(new MuxSessionEnd(code, ByPeer: false, reason));

    public ValueTask DisposeAsync()
    {
        Abort(MuxErrorCode.Cancel, "disposed");
        return ValueTask.CompletedTask;
    }
}
