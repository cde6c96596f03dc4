using System.Net;
using System.Net.Sockets;

namespace Tunnel.Testing.Net;

/// <summary>A client that sends datagrams to one address and gets answers from it.</summary>
public sealed class UdpVisitor : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AgainAfter = TimeSpan.FromMilliseconds(500);

    private readonly byte[] _buffer = new byte[64 * 1024];

    // May come again, since its question was sent again.
    private byte[] _lateAnswer = [];

    /// <param name="server">Where it sends.</param>
    /// <param name="from">An address of this machine; null for any.</param>
    public UdpVisitor(IPEndPoint server, IPAddress? from = null)
    {
        Socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveBufferSize = 4 * 1024 * 1024 };
        if (from is not null)
        {
            Socket.Bind(new IPEndPoint(from, 0));
        }

        Socket.Connect(server);
    }

    public Socket Socket { get; }

    /// <summary>Sends one datagram.</summary>
    public async Task SendAsync(ReadOnlyMemory<byte> datagram) => Assert.Equal(datagram.Length, await Socket.SendAsync(datagram));

    /// <summary>Waits for one datagram.</summary>
    public async Task<byte[]> ReceiveAsync(CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        var length = await Socket.ReceiveAsync(_buffer, limit.Token);
        return _buffer[..length];
    }

    /// <summary>Sends a datagram until something comes back, as every client of UDP does, and returns it.</summary>
    public async Task<byte[]> AskAsync(ReadOnlyMemory<byte> datagram)
    {
        for (var tries = 0; ; tries++)
        {
            using var again = new CancellationTokenSource(AgainAfter);
            try
            {
                await SendAsync(datagram);
                byte[] answer;
                do
                {
                    answer = await ReceiveAsync(again.Token);
                }
                while (!datagram.Span.SequenceEqual(answer) && _lateAnswer.AsSpan().SequenceEqual(answer));

                _lateAnswer = tries > 0 ? answer : [];
                return answer;
            }
            catch (OperationCanceledException) when (tries * AgainAfter < Patience)
            {
                // It was lost, or nobody was there yet.
            }
            catch (SocketException) when (tries * AgainAfter < Patience)
            {
                await Task.Delay(AgainAfter);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Socket.Dispose();
}
