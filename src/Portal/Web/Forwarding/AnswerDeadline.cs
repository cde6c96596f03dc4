namespace Tunnel.Portal.Web.Forwarding;

/// <summary>Sends a request, and gives up when its answer does not begin in time. What comes after the head may take as long as it likes.</summary>
/// <param name="inner">Sends; not owned.</param>
/// <param name="limit">The longest silence.</param>
/// <param name="body">The request's; null where it has none.</param>
/// <param name="time">The clock.</param>
internal sealed class AnswerDeadline(HttpMessageInvoker inner, TimeSpan limit, WatchedBody? body, TimeProvider time) : HttpMessageHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var timer = new AnswerTimer(limit, time, cancellationToken);
        request.Options.Set(AnswerTimer.Key, timer);
        body?.OnMoved(timer.Restart);
        try
        {
            return await inner.SendAsync(request, timer.Token);
        }
        catch (OperationCanceledException) when (timer.IsLate && !cancellationToken.IsCancellationRequested)
        {
            throw new TargetTimeoutException(limit);
        }
        finally
        {
            body?.OnMoved(null);
        }
    }
}
