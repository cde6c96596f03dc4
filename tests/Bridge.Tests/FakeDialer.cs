using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;
using Tunnel.Testing.Time;

namespace Tunnel.Bridge.Tests;

/// <summary>An outbound whose dials end in the test's hands.</summary>
internal sealed class FakeDialer(ManualTimeProvider clock, int portals = 1) : IOutbound, IInterconnectDialer
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly Channel<FakeDial> _dials = Channel.CreateUnbounded<FakeDial>();

    public string Tag => "interconnect";

    public string Description => "a fake interconnect";

    public IReadOnlyList<string> Portals { get; } = [.. Enumerable.Range(0, portals).Select(portal => $"portal-{portal}:7000")];

    /// <summary>Dials that the test has not looked at.</summary>
    public int Waiting => _dials.Reader.Count;

    public async Task<IMuxSession> DialAsync(int portal, string virtualDomain, CancellationToken cancellationToken)
    {
        var dial = new FakeDial(portal, virtualDomain, clock.Now);
        await _dials.Writer.WriteAsync(dial, cancellationToken);
        return await dial.Outcome.WaitAsync(cancellationToken);
    }

    /// <summary>Waits for the next dial, without moving the clock.</summary>
    public Task<FakeDial> NextAsync() => _dials.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    public Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
