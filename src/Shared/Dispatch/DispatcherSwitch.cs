using System.IO.Pipelines;

namespace Tunnel.Shared.Dispatch;

/// <summary>
/// The dispatcher that inbounds are given for their life. What it stands for can be replaced at once: connections from then on
/// take the new way, those that exist stay on the one they have.
/// </summary>
internal sealed class DispatcherSwitch(IDispatcher current) : IDispatcher
{
    private volatile IDispatcher _current = current;

    public void TurnTo(IDispatcher next) => _current = next;

    public IOutbound? Route(ConnectionInfo info) => _current.Route(info);

    public Task DispatchAsync(ConnectionInfo info, IDuplexPipe pipe, CancellationToken cancellationToken) =>
        _current.DispatchAsync(info, pipe, cancellationToken);
}
