using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Inbounds.Web;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Asks a route's targets in an interval whether they are well.</summary>
internal sealed class HealthProbes(WebRoute route, WebHealth health, TargetBalancer balancer, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private Task _probing = Task.CompletedTask;

    public void Start() => _probing = Task.WhenAll(balancer.Targets.Select(ProbeLoopAsync));

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _probing;
        _stop.Dispose();
    }

    private async Task ProbeLoopAsync(TargetState target)
    {
        // Off the caller, whatever the first probe does.
        await Task.Yield();
        using var timer = new PeriodicTimer(health.Interval, time);
        try
        {
            do
            {
                var complaint = await ProbeAsync(target);
                if (balancer.Note(target, complaint is null))
                {
                    Report(target, complaint);
                }
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            // The route is gone.
        }
    }

    /// <summary>Null where it is well.</summary>
    private async Task<string?> ProbeAsync(TargetState target)
    {
        using var late = new CancellationTokenSource(health.Timeout, time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _stop.Token);
        using var request = new HttpRequestMessage(HttpMethod.Get, TargetAddress.Of(target.Target, health.Path))
        {
            Version = target.Client.Version,
            VersionPolicy = target.Client.VersionPolicy,
        };

        // A name for all visitors is one for this too; what depends on the visitor is not.
        var host = route.Host.Contains('$', StringComparison.Ordinal) ? target.Target.Authority : route.Host;
        request.Headers.TryAddWithoutValidation("Host", host);
        request.Headers.TryAddWithoutValidation("User-Agent", "tunnel-health");
        try
        {
            using var response = await target.Client.Invoker.SendAsync(request, end.Token);
            return (int)response.StatusCode is >= 200 and < 400 ? null : $"it answered {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            return TunnelError.TargetTimeout;
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return FailureClassifier.Classify(exception, hasLeft: false, target.Client.IsReady).Code;
        }
    }

    private void Report(TargetState target, string? complaint)
    {
        if (complaint is null)
        {
            ForwardingLog.WellAgain(logger, target.Target.Url);
        }
        else
        {
            ForwardingLog.NotWell(logger, target.Target.Url, complaint);
        }
    }
}
