using Microsoft.Extensions.Logging;
using Tunnel.Mux;
using Tunnel.Portal.Parking;
using Tunnel.Portal.Sessions;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Replay;

namespace Tunnel.Portal;

/// <summary>Turns away visitors for whom there is no session: HTTP ones with an answer, others by closing them.</summary>
internal sealed class Turnstile(ReversePortalConfig config, StreamOpener sessions, ILogger logger, TimeProvider time)
{
    /// <summary>A visitor who does not read a few hundred bytes in this time does not want them.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Hundreds of visitors a second may be turned away: one line says it.</summary>
    private readonly LineThrottle _throttle = new(TimeSpan.FromSeconds(1), time);

    /// <summary>Says it in the log; returns what the visitor's pipe is completed with, by which a balancer knows that nobody has seen any of it.</summary>
    public MuxStreamException Refuse(ConnectionInfo info)
    {
        var (reason, workers) = Reason();
        if (_throttle.TryPass(out var others))
        {
            if (workers == 0)
            {
                PortalLog.NoBridge(logger, config.Domain, info.Source, others);
            }
            else
            {
                PortalLog.WorkersFull(logger, workers, config.Domain, info.Source, others);
            }
        }

        return new MuxStreamException(MuxErrorCode.Refused, reason);
    }

    /// <summary>Ends the visitor. Never fails.</summary>
    public async Task TurnAwayAsync(ConnectionInfo info, ReplayableConnection visitor)
    {
        var refusal = Refuse(info);
        if (!SpeaksHttp(info) && !visitor.BeginsLikeHttp)
        {
            await visitor.AbortAsync(refusal);
            return;
        }

        try
        {
            using var deadline = new CancellationTokenSource(AnswerTime, time);
            await visitor.AnswerAsync(UnavailableAnswer.Create(refusal.Message), deadline.Token);
        }
        catch (Exception exception) when (exception is IOException or OperationCanceledException or InvalidOperationException)
        {
            await visitor.AbortAsync(refusal);
        }
    }

    /// <summary><c>http1</c> is what sniffing says, <c>http/1.1</c> a plain request to an HTTP proxy.</summary>
    private static bool SpeaksHttp(ConnectionInfo info) => info.Protocol is "http1" or "http/1.1";

    private (string Text, int Workers) Reason()
    {
        var workers = sessions.Sessions.Count(static session => session.IsConnected);
        return (workers == 0 ? $"no bridge of {config.Domain} is connected" : $"the sessions of {config.Domain} take no more visitors", workers);
    }
}
