using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Link;
using Tunnel.Mux.Native;
using Tunnel.Shared.Inbounds;

namespace Tunnel.Shared.Interconnect.Links;

/// <summary>A session at a portal that is kept while its bridge has no connection.</summary>
internal sealed class PortalLink
{
    private readonly SessionLink _link;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    /// <summary>Begins the session over its first connection.</summary>
    public PortalLink(InterconnectConnection first, MuxOptions mux, InterconnectSettings settings, ILogger log)
    {
        Handshake = first.Handshake;
        _time = mux.Time;
        _log = log;
        _link = LinkedSession.Begin(first, mux, settings);
        Session = MuxSession.Start(_link, isDialler: false, LinkedSession.Over(mux, Handshake.ResumeWithin, settings));
        Completion = KeepAsync();
    }

    /// <summary>What was agreed on over the first connection.</summary>
    public HandshakeResult Handshake { get; }

    public IMuxSession Session { get; }

    public SessionLink Link => _link;

    /// <summary>Completes when the session cannot be resumed any more.</summary>
    public Task Completion { get; }

    /// <summary>Gives up the connection, if there is one, and says how many bytes of the session have come.</summary>
    public Task<long> SuspendAsync(CancellationToken cancellationToken) =>
        _link.DetachAsync(new IOException("the bridge came back over another connection")).WaitAsync(cancellationToken);

    /// <summary>Goes on over a connection, which it owns from here on.</summary>
    public void Resume(InterconnectConnection connection)
    {
        if (_link.TryAttach(LinkedSession.Wrap(connection), connection.Handshake.ReceivedByPeer ?? 0))
        {
            LinkLog.BridgeIsBack(_log, Handshake.VirtualDomain, EndPointText.Of(connection.Connection.RemoteEndPoint), Session.StreamCount);
        }
    }

    private async Task KeepAsync()
    {
        while (true)
        {
            var reason = await _link.Lost;
            if (_link.IsOver)
            {
                return;
            }

            var kept = Handshake.ResumeWithin;
            LinkLog.BridgeIsAway(_log, Handshake.VirtualDomain, reason.Message, Session.StreamCount, Math.Round(kept.TotalSeconds, 1));
            using var done = new CancellationTokenSource();
            var attached = _link.Attached;
            if (await Task.WhenAny(attached, Task.Delay(kept, _time, done.Token)) != attached)
            {
                _link.Close(new IOException($"the connection was lost ({reason.Message}) and the bridge did not come back within {kept.TotalSeconds:0.#} s"));
                return;
            }

            await done.CancelAsync();
        }
    }
}
