using System.IO.Pipelines;
using System.Threading.Channels;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Tests.Inbounds;

/// <summary>A portal that keeps the sessions it is given until they end.</summary>
internal sealed class FakePortal(string virtualDomain) : IOutbound, IBridgeTaker
{
    private readonly Channel<BridgeSession> _taken = Channel.CreateUnbounded<BridgeSession>();

    public string Tag => "portal";

    public string Description => virtualDomain;

    public string VirtualDomain => virtualDomain;

    public string ControlDomain => "reverse.internal.v2fly.org";

    public Task<BridgeSession> NextAsync() => _taken.Reader.ReadAsync().AsTask().WaitAsync(Transport.Wait.Bound);

    public async Task TakeAsync(BridgeSession session)
    {
        await _taken.Writer.WriteAsync(session);
        await session.Session.Completion;
    }

    public Task HandleAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
