using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using Tunnel.Mux;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Datagrams;
using Tunnel.Shared.Outbounds.Proxies;

namespace Tunnel.Shared.Outbounds.Socks;

/// <summary>Asks a SOCKS5 proxy for a connection or for a way for datagrams, with user name and password where it wants them.</summary>
internal sealed class SocksHandshake : IProxyHandshake, IDatagramHandshake
{
    public string ProxyName => "SOCKS5 proxy";

    public async Task ConnectAsync(IDuplexPipe pipe, ProxyUser? user, string host, int port, CancellationToken cancellationToken) =>
        await AskAsync(pipe, user, SocksRequest.ConnectTo(host, port), cancellationToken);

    public async Task<(IPAddress? Address, int Port)> AssociateAsync(IDuplexPipe pipe, ProxyUser? user, CancellationToken cancellationToken)
    {
        var answer = await AskAsync(pipe, user, SocksRequest.AssociateUdp(), cancellationToken);
        return answer.Port > 0
            ? (answer.Address, answer.Port)
            : throw new ProxyException("gave no port for datagrams");
    }

    public IDatagramFlow Open(Socket socket, Destination destination, DatagramDrops drops, MemoryPool<byte> pool) =>
        new SocksDatagrams(socket, destination, SocksRequest.DatagramHeader(destination.Host, destination.Port), drops, pool);

    private static async Task<SocksAnswer> AskAsync(IDuplexPipe pipe, ProxyUser? user, byte[] request, CancellationToken cancellationToken)
    {
        await AuthenticateAsync(pipe, user, cancellationToken);
        await pipe.Output.WriteAsync(request, cancellationToken);
        var answer = await AnswerReader.ReadAsync<SocksAnswer>(pipe.Input, SocksReply.TryReadReply, cancellationToken);
        return answer.Code == 0 ? answer : throw SocksReply.Refusal(answer.Code);
    }

    private static async Task AuthenticateAsync(IDuplexPipe pipe, ProxyUser? user, CancellationToken cancellationToken)
    {
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
    }
}
