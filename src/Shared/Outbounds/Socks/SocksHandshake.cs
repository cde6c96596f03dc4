using System.IO.Pipelines;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Asks a SOCKS5 proxy for a connection, with user name and password where it wants them.</summary>
internal sealed class SocksHandshake : IProxyHandshake
{
    public string ProxyName => "SOCKS5 proxy";

    public async Task ConnectAsync(IDuplexPipe pipe, ProxyUser? user, string host, int port, CancellationToken cancellationToken)
    {
        var request = SocksRequest.ConnectTo(host, port);
        await pipe.Output.WriteAsync(SocksRequest.Greeting(user is not null), cancellationToken);
        var method = await AnswerReader.ReadAsync<byte>(pipe.Input, SocksReply.TryReadMethod, cancellationToken);
        switch (method)
        {
            case SocksRequest.NoAuthentication:
                break;
            case SocksRequest.UserAndPassword when user is not null:
                await pipe.Output.WriteAsync(SocksRequest.Authentication(user), cancellationToken);
                if (!await AnswerReader.ReadAsync<bool>(pipe.Input, SocksReply.TryReadStatus, cancellationToken))
                {
                    throw new ProxyException($"refuses the password of user '{user.Name}', or does not know the user");
                }

                break;
            case SocksRequest.NoneAcceptable when user is null:
                throw new ProxyException("wants a user; give one in 'users'");
            case SocksRequest.NoneAcceptable:
                throw new ProxyException("accepts neither a user with a password nor nobody");
            default:
                throw new ProxyException($"chose a way to authenticate that was not offered ({method})");
        }

        await pipe.Output.WriteAsync(request, cancellationToken);
        if (await AnswerReader.ReadAsync<byte>(pipe.Input, SocksReply.TryReadReply, cancellationToken) is var code and not 0)
        {
            throw SocksReply.Refusal(code);
        }
    }
}
