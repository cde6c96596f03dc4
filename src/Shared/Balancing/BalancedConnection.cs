using System.IO.Pipelines;
using Microsoft.Extensions.Logging;
using Tunnel.Shared.Diagnostics;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Replay;

namespace Tunnel.Shared.Balancing;

/// <summary>Carries a connection through the outbounds of a balancer: the next one where the one before could not connect.</summary>
internal sealed class BalancedConnection(Balancer balancer, TimeProvider time, ILogger logger, TunnelMetrics metrics)
{
    /// <summary>Nobody waits longer; an outbound that cannot connect may take 16 seconds to say so.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<Candidate> _tried = [];

    /// <summary>Carries the connection to its end, and completes both sides of the pipe.</summary>
    /// <param name="info">The connection.</param>
    /// <param name="pipe">The visitor's.</param>
    /// <param name="carry">Gives a pipe to an outbound and waits for its end. Does not throw.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(ConnectionInfo info, IDuplexPipe pipe, Func<IOutbound, IDuplexPipe, Task> carry, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var candidate = balancer.Take(info, _tried)!;
        while (true)
        {
            _tried.Add(candidate);
            var attempt = await TryAsync(candidate, pipe, carry);
            var next = attempt.CanRepeat && !cancellationToken.IsCancellationRequested && time.GetElapsedTime(started) < Patience
                ? balancer.Take(info, _tried)
                : null;
            if (next is null)
            {
                attempt.Finish();
                return;
            }

            attempt.Rewind();
            metrics.Retried(balancer.Tag, candidate.Tag);
            BalancingLog.TriesNext(logger, info.Destination, info.InboundTag, candidate.Tag, next.Tag, attempt.Reason);
            candidate = next;
        }
    }

    private async Task<Attempt> TryAsync(Candidate candidate, IDuplexPipe pipe, Func<IOutbound, IDuplexPipe, Task> carry)
    {
        var begun = candidate.Gate.Begin();
        var attempt = new Attempt(pipe, isRepeated: _tried.Count > 1, () => balancer.Succeeded(candidate, begun));
        candidate.State.Enter();
        try
        {
            await carry(candidate.State.Outbound, attempt);
        }
        finally
        {
            candidate.State.Leave();
        }

        if (attempt.Failure is not null)
        {
            balancer.Failed(candidate, attempt.Reason);
        }

        return attempt;
    }
}
