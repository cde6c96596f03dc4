using System.Net.Sockets;

namespace Tunnel.Examples.Visitor;

/// <summary>Asks an app which address its visitor has, and compares with the address this visitor really has.</summary>
internal sealed class AddressVisit(Uri url)
{
    private const int Visits = 20;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        for (var i = 0; i < Visits; i++)
        {
            var (mine, answer) = await VisitAsync(cancellationToken);
            if (i is 0 or Visits - 1 || mine != answer)
            {
                Check.That(mine == answer, $"visit {i + 1}: the app saw {answer}, this visitor is {mine}");
            }
        }
    }

    private async Task<(string Mine, string Answer)> VisitAsync(CancellationToken cancellationToken)
    {
        var mine = string.Empty;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, token) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
                try
                {
                    await socket.ConnectAsync(context.DnsEndPoint, token);
                    mine = new System.Net.IPEndPoint(Unmap(socket), ((System.Net.IPEndPoint)socket.LocalEndPoint!).Port).ToString();
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        using var client = new HttpClient(handler);
        var answer = await client.GetStringAsync(new Uri(url, "address"), cancellationToken);
        return (mine, answer);
    }

    private static System.Net.IPAddress Unmap(Socket socket)
    {
        var address = ((System.Net.IPEndPoint)socket.LocalEndPoint!).Address;
        return address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
    }
}
