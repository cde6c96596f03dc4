using System.Buffers;
using System.Net;
using Tunnel.Mux;
using Tunnel.Shared.Dispatch;
using Tunnel.Shared.Transport;

namespace Tunnel.Shared.Balancing.Observing;

/// <summary>
/// Asks a server through the outbound with GET, over TLS where the address says so, and does not read more than the header of
/// the answer. Any answer below 500 will do: who says "not found" or "log in" is there, who says "bad gateway" is not.
/// </summary>
internal sealed class HttpProbe(Uri url, TimeSpan limit, MemoryPool<byte> pool, TimeProvider time) : IProbe
{
    private const int MaxHeaderKibibytes = 16;

    public async Task<Observation> RunAsync(IOutbound outbound, CancellationToken cancellationToken)
    {
        using var timer = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timer.Token);
        var destination = new Destination(Network.Tcp, url.IdnHost.Trim('[', ']'), url.Port);
        await using var connection = new ProbeConnection(outbound, destination, pool);
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            ConnectCallback = (_, _) => ValueTask.FromResult<Stream>(new DuplexPipeStream(connection)),
            MaxConnectionsPerServer = 1,
            MaxResponseHeadersLength = MaxHeaderKibibytes,
            UseCookies = false,
            UseProxy = false,
        };
        using var client = new HttpMessageInvoker(handler);
        using var request = new HttpRequestMessage(HttpMethod.Get, url) { Version = HttpVersion.Version11 };
        request.Headers.ConnectionClose = true;
        var started = time.GetTimestamp();
        try
        {
            using var response = await client.SendAsync(request, either.Token);
            return response.StatusCode < HttpStatusCode.InternalServerError
                ? Observation.Answered(time.GetElapsedTime(started))
                : Observation.Dead($"{url.GetLeftPart(UriPartial.Path)} answers {(int)response.StatusCode}");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Observation.Dead($"no answer within {limit.TotalSeconds:0.#} s");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            return Observation.Dead((exception.InnerException ?? exception).Message);
        }
    }
}
