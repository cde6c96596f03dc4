using Tunnel.Shared.Datagrams;
using Tunnel.Shared.VMess;
using Tunnel.Testing.Hosting;
using Tunnel.Testing.Memory;
using Tunnel.Testing.Net;

namespace Tunnel.Shared.Tests.VMess;

public sealed class VMessDatagramsTests : IDisposable
{
    private readonly LeakCheckingPool _pool = new();
    private readonly DropCounts _drops = new();

    public void Dispose()
    {
        _pool.Dispose();
        _drops.Dispose();
    }

    [Theory]
    [InlineData((int)VMessSecurity.Auto)]
    [InlineData((int)VMessSecurity.ChaCha20Poly1305)]
    [InlineData((int)VMessSecurity.None)]
    public async Task Datagrams_keep_their_bounds_in_both_directions(int security)
    {
        await using var pair = await VMessPair.ConnectAsync((VMessSecurity)security, command: VMessCommand.Udp, most: 700);
        await using var client = Create(pair.Client);
        await using var server = Create(pair.Server);
        byte[][] sent = [Pattern.First(1), Pattern.First(1400), Pattern.First(2048), Pattern.First(30_000)];

        await client.Output.WriteAsync(Datagrams.Prefixed.Of([], sent[0], sent[1], sent[2], sent[3]));
        foreach (var datagram in sent)
        {
            Assert.Equal(datagram, await Datagrams.Prefixed.ReadOneAsync(server.Input));
        }

        await server.Output.WriteAsync(Datagrams.Prefixed.Of(sent));
        foreach (var datagram in sent)
        {
            Assert.Equal(datagram, await Datagrams.Prefixed.ReadOneAsync(client.Input));
        }

        // An empty chunk would be the end.
        Assert.Equal(1, _drops.Of("size"));

        await client.Output.CompleteAsync();
        Assert.True((await server.Input.ReadAsync()).IsCompleted);
        Assert.True((await client.Input.ReadAsync()).IsCompleted);
    }

    private VMessDatagrams Create(VMessConnection connection) => new(connection, new DatagramDrops(_drops.Metrics, "vmess"), _pool);
}
