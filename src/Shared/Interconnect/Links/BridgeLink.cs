using System.Net;
using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Mux.Link;
using Tunnel.Mux.Native;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Interconnect.Links;

/// <summary>A session at a bridge that dials its portal again when the connection is lost, and goes on.</summary>
internal sealed class BridgeLink
{
    /// <summary>The longest wait between two tries: a session is not kept for long.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(3);

    private readonly Func<ResumeRequest, CancellationToken, Task<InterconnectConnection>> _dial;
    private readonly HandshakeResult _handshake;
    private readonly SessionLink _link;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly string _portal;

    // The keeper's own.
    private EndPoint? _local;
    private string? _lastComplaint;

    /// <summary>Begins the session over its first connection.</summary>
    /// <param name="first">An authenticated connection; the session owns it.</param>
    /// <param name="dial">Sets up another connection for the session.</param>
    /// <param name="mux">The session's settings.</param>
    /// <param name="settings">When a connection counts as dead.</param>
    /// <param name="portal">The portal's name, for log lines.</param>
    /// <param name="log">For what an operator always wants to see.</param>
    public BridgeLink(
        InterconnectConnection first,
        Func<ResumeRequest, CancellationToken, Task<InterconnectConnection>> dial,
        MuxOptions mux,
        InterconnectSettings settings,
        string portal,
        ILogger log)
    {
        _dial = dial;
        _handshake = first.Handshake;
        _time = mux.Time;
        _log = log;
        _portal = portal;
        _local = first.Connection.LocalEndPoint;
        _link = LinkedSession.Begin(first, mux, settings);
        Session = MuxSession.Start(_link, isDialler: true, LinkedSession.Over(mux, _handshake.ResumeWithin, settings));
        _ = KeepAsync();
    }

    public IMuxSession Session { get; }

    private async Task KeepAsync()
    {
        using var ended = new CancellationTokenSource();
        _ = CancelAtTheEndAsync(ended);
        while (true)
        {
            var reason = await WatchAsync();
            if (_link.IsOver)
            {
                return;
            }

            LinkLog.Interrupted(_log, _handshake.VirtualDomain, _portal, reason.Message, Session.StreamCount);
            try
            {
                if (!await ResumeAsync(reason, ended.Token))
                {
                    return;
                }
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task CancelAtTheEndAsync(CancellationTokenSource ended)
    {
        await Session.Completion;
        try
        {
            await ended.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // The keeper saw it first.
        }
    }

    /// <summary>Waits until the connection is lost; when this host's addresses change, it often is, and nobody else says so.</summary>
    private async Task<Exception> WatchAsync()
    {
        while (true)
        {
            var lost = _link.Lost;
            var changed = LocalAddresses.Changed;
            if (await Task.WhenAny(lost, changed) == lost)
            {
                return await lost;
            }

            if (_local is IPEndPoint { Address: var address } && !LocalAddresses.Contains(address))
            {
                await _link.DetachAsync(new IOException($"this host no longer has the address {address}"));
            }
            else
            {
                _link.Suspect();
            }
        }
    }

    /// <summary>Dials until the session goes on; false where it cannot.</summary>
    private async Task<bool> ResumeAsync(Exception reason, CancellationToken cancellationToken)
    {
        var lostAt = _time.GetTimestamp();
        for (var failures = 0; ; failures++)
        {
            InterconnectException failure;
            var changed = LocalAddresses.Changed;
            try
            {
                var received = await _link.DetachAsync(reason);
                var connection = await _dial(new ResumeRequest(_handshake.SessionId, _handshake.ResumeSecret, received), cancellationToken);
                return GoOn(connection, _time.GetElapsedTime(lostAt));
            }
            catch (InterconnectException exception)
            {
                failure = exception;
            }

            if (failure.Code == InterconnectError.UnknownSession)
            {
                _link.Close(new IOException($"the connection was lost ({reason.Message}), and the portal does not keep the session any more", failure));
                return false;
            }

            var refused = failure.InnerException is DialException { Failure: DialFailure.Refused };
            var wait = Backoff.Delay(failures + 1, refused, failure.RetryAfter, Random.Shared.NextDouble());
            wait = wait < LongestWait ? wait : LongestWait;
            if (_time.GetElapsedTime(lostAt) + wait >= _handshake.ResumeWithin)
            {
                _link.Close(new IOException(
                    $"the connection was lost ({reason.Message}) and could not be resumed within {_handshake.ResumeWithin.TotalSeconds:0.#} s: {failure.Message}", failure));
                return false;
            }

            Complain(failure.Message, _handshake.ResumeWithin - _time.GetElapsedTime(lostAt));
            using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(Task.Delay(wait, _time, awake.Token), changed);
            await awake.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>The same failure again and again is said once.</summary>
    private void Complain(string message, TimeSpan left)
    {
        if (message != _lastComplaint)
        {
            _lastComplaint = message;
            LinkLog.CannotResumeYet(_log, _handshake.VirtualDomain, _portal, message.TrimEnd('.'), Math.Round(left.TotalSeconds));
        }
    }

    private bool GoOn(InterconnectConnection connection, TimeSpan after)
    {
        _local = connection.Connection.LocalEndPoint;
        _lastComplaint = null;
        var received = connection.Handshake.ReceivedByPeer ?? -1;
        if (_link.TryAttach(LinkedSession.Wrap(connection), received))
        {
            LinkLog.Resumed(_log, _handshake.VirtualDomain, _portal, Math.Round(after.TotalSeconds, 2), Session.StreamCount);
            return true;
        }

        _link.Close(new IOException($"the portal wants to go on from byte {received}, which was acknowledged already or never sent"));
        return false;
    }
}
