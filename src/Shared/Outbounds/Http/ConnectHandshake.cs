using System.IO.Pipelines;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Http;

/// <summary>Asks an HTTP proxy for a connection with CONNECT, with Basic authentication where there is a user.</summary>
internal sealed class ConnectHandshake : IProxyHandshake
{
    /// <summary>Interim answers (1xx) that are passed over; a proxy has no reason to send one.</summary>
    private const int MostInterim = 4;

    public string ProxyName => "HTTP proxy";

    /// <summary>A transport on which a server that can do more than one HTTP chooses the one that is spoken here.</summary>
    public static StreamConfig Over(StreamConfig stream) => stream with { Tls = stream.Tls with { Alpn = ["http/1.1"] } };

    public async Task ConnectAsync(IDuplexPipe pipe, ProxyUser? user, string host, int port, CancellationToken cancellationToken)
    {
        await pipe.Output.WriteAsync(ConnectRequest.Of(host, port, user), cancellationToken);
        for (var count = 0; ; count++)
        {
            var answer = await AnswerReader.ReadAsync<ConnectAnswer>(pipe.Input, ConnectAnswer.TryRead, cancellationToken);
            if (answer.Status is >= 200 and < 300)
            {
                return;
            }

            // 101 would be an upgrade, which was not asked for.
            if (answer.Status is 101 or >= 200 || count == MostInterim)
            {
                throw answer.Refusal(user is not null);
            }
        }
    }
}
