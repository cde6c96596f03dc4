using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Tunnel.Portal.Web.Requests;
using Tunnel.Shared.Hosting;
using Tunnel.Shared.Inbounds.Web;
using Yarp.ReverseProxy.Forwarder;

namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Forwards a route's requests to its targets.</summary>
internal sealed class RequestForwarder : IAsyncDisposable
{
    /// <summary>When to come again, in seconds: a bridge that lost its portal is mostly back within that.</summary>
    private const string RetryAfter = "5";

    /// <summary>What may be done twice without harm (RFC 9110, section 9.2.2).</summary>
    private static readonly ImmutableArray<string> Idempotent = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"];

    private readonly WebRoute _route;
    private readonly RuntimeContext _context;
    private readonly TargetClients _clients;
    private readonly TargetBalancer _balancer;
    private readonly HealthProbes? _probes;
    private readonly ILogger _logger;
    private readonly WebTemplate? _host;

    /// <param name="route">With at least one target.</param>
    /// <param name="clients">Makes connections.</param>
    /// <param name="context">Loggers, time.</param>
    public RequestForwarder(WebRoute route, TargetClients clients, RuntimeContext context)
    {
        _route = route;
        _context = context;
        _clients = clients;
        _logger = context.Loggers.CreateLogger<RequestForwarder>();
        ImmutableArray<TargetState> targets =
            [.. route.Targets.Select((target, index) => new TargetState(target, index, clients.Rent(TargetClientKey.Of(target, route))))];
        var start = context.Time.GetTimestamp();
        _balancer = new TargetBalancer(route, targets, () => context.Time.GetElapsedTime(start));
        _probes = route.Health is { } health ? new HealthProbes(route, health, _balancer, context.Time, _logger) : null;
        _host = route.Host is not (WebRoute.TargetHost or WebRoute.VisitedHost) && WebTemplate.TryParse(route.Host, out var host, out _) ? host : null;
    }

    /// <summary>Begins to ask targets whether they are well.</summary>
    public void Start() => _probes?.Start();

    public async Task InvokeAsync(HttpContext context)
    {
        var visit = Visit.Of(context)!;
        var body = WatchedBody.Watch(context);
        var preferred = _route.Balance == WebBalance.Sticky ? StickyCookie.Find(context.Request, _balancer.Targets) : null;
        var visitor = _route.Balance == WebBalance.Hash ? context.Connection.RemoteIpAddress?.ToString() ?? string.Empty : string.Empty;
        List<TargetState> tried = [];
        HopFailure? last = null;
        while (_balancer.Take(visitor, preferred, tried) is { } target)
        {
            visit.Target = target.Target;
            if (await TryAsync(context, visit, target, body) is not { } failure)
            {
                return;
            }

            last = failure;
            tried.Add(target);
            if (!failure.NeverReached || body is { HasBegun: true } || !Idempotent.Contains(context.Request.Method) || context.Response.HasStarted)
            {
                break;
            }

            // The forwarder notes its failure there, and takes no request that has an answer already.
            context.Response.StatusCode = StatusCodes.Status200OK;
        }

        Refuse(context, last);
    }

    public async ValueTask DisposeAsync()
    {
        await (_probes?.DisposeAsync() ?? ValueTask.CompletedTask);
        foreach (var target in _balancer.Targets)
        {
            _clients.Return(target.Client);
        }
    }

    /// <summary>Null where the target has answered.</summary>
    private async Task<HopFailure?> TryAsync(HttpContext context, Visit visit, TargetState target, WatchedBody? body)
    {
        HopFailure? failure = null;
        try
        {
            var config = new ForwarderRequestConfig
            {
                // The head of an answer has a deadline of its own, and what follows takes the time that it takes.
                ActivityTimeout = Timeout.InfiniteTimeSpan,
                Version = target.Client.Version,
                VersionPolicy = target.Client.VersionPolicy,
            };
            using var invoker = new HttpMessageInvoker(new AnswerDeadline(target.Client.Invoker, _route.AnswerTimeout, body, _context.Time));
            var error = await HttpForwarding.Forwarder.SendAsync(
                context, TargetAddress.Prefix(target.Target), invoker, config, new TargetTransformer(_route, target, visit, _host));
            if (error != ForwarderError.None)
            {
                var exception = context.Features.Get<IForwarderErrorFeature>()?.Exception;
                var found = FailureClassifier.Classify(exception, context.RequestAborted.IsCancellationRequested, target.Client.IsReady);

                // A target that has begun to answer is there.
                failure = found with { IsTargets = found.IsTargets && !context.Response.HasStarted };
                Report(context, target, failure.Value, exception);
            }

            return failure;
        }
        finally
        {
            if (_balancer.Release(target, failure is { IsTargets: true }))
            {
                ForwardingLog.LeftOut(_logger, target.Target.Url, _route.FailTimeout.TotalSeconds, _route.MaxFails);
            }
        }
    }

    private void Report(HttpContext context, TargetState target, HopFailure failure, Exception? exception)
    {
        // A WebSocket that ends without ceremony is none.
        if (failure is { Code: { } code, Status: >= StatusCodes.Status500InternalServerError } && context.Response.StatusCode != StatusCodes.Status101SwitchingProtocols)
        {
            var reason = exception;
            while (reason?.InnerException is { } inner)
            {
                reason = inner;
            }

            var name = target.Target.Via is { } via ? $"{target.Target.Url} via {via}" : target.Target.Url;
            var text = reason?.Message ?? "no reason given";
            if (context.Response.HasStarted)
            {
                ForwardingLog.CutOff(_logger, name, context.Request.Method, context.Request.Path, code, text);
            }
            else
            {
                ForwardingLog.Failed(_logger, name, context.Request.Method, context.Request.Path, code, text);
            }
        }
    }

    private static void Refuse(HttpContext context, HopFailure? failure)
    {
        if (context.Response.HasStarted || failure is not { } known)
        {
            // What has begun is cut off by the forwarder.
            return;
        }

        context.Response.Clear();
        context.Response.StatusCode = known.Status;
        if (known.Code is not { } code)
        {
            return;
        }

        context.Response.Headers[TunnelError.Header] = code;
        if (known.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }
        else if (known.Status is StatusCodes.Status400BadRequest or StatusCodes.Status413PayloadTooLarge)
        {
            context.Response.Headers.Connection = "close";
        }
    }
}
