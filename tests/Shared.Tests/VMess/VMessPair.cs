using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Mux;
using Tunnel.Shared.Tests.Relay;
using Tunnel.Shared.Tests.Transport;
using Tunnel.Shared.VMess;

namespace Tunnel.Shared.Tests.VMess;

/// <summary>A client and a server of ours over memory, where every piece of bytes may be split anew, changed or cut off on its way.</summary>
internal sealed class VMessPair : IAsyncDisposable
{
    public static readonly Destination Somewhere = new(Network.Tcp, "test.v2fly.org", 0);
    public static readonly VMessUser User = new(KeyTests.Id(Vectors.ManualId), "user");

    private readonly DuplexPipePair _near = new();
    private readonly DuplexPipePair _far = new();
    private readonly Random _random;
    private readonly Task[] _carrying;

    private VMessPair(int seed, int most, Func<int, byte, int>? toServer, Func<int, byte, int>? toClient)
    {
        _random = new Random(seed);
        _carrying =
        [
            CarryAsync(_near.Far.Input, _far.Near.Output, toServer, new Random(_random.Next()), most),
            CarryAsync(_far.Near.Input, _near.Far.Output, toClient, new Random(_random.Next()), most),
        ];
    }

    public IDuplexPipe ClientTransport => _near.Near;

    public IDuplexPipe ServerTransport => _far.Far;

    public VMessConnection Client { get; private set; } = null!;

    public VMessAcceptOutcome? Outcome { get; private set; }

    public VMessConnection Server => Assert.IsType<VMessAcceptOutcome.Accepted>(Outcome).Connection;

    public static VMessServer NewServer(TimeProvider? time = null) => new(new VMessServerOptions { Users = [User], TimeProvider = time ?? TimeProvider.System });

    /// <summary>Begins a connection; the header is on its way. The carriers are given an offset and its byte, and return another, or -1 to end there.</summary>
    public static VMessPair Begin(
        VMessSecurity security, VMessBodyOptions? options = null, VMessCommand command = VMessCommand.Tcp, int seed = 1, int most = 4000, Func<int, byte, int>? toServer = null, Func<int, byte, int>? toClient = null)
    {
        var pair = new VMessPair(seed, most, toServer, toClient);
        pair.Client = VMessClient.Connect(pair.ClientTransport, new VMessClientOptions
        {
            Id = User.Id,
            Command = command,
            Destination = command switch
            {
                VMessCommand.Mux => null,
                VMessCommand.Udp => new Destination(Network.Udp, "10.1.2.3", 53),
                _ => Somewhere,
            },
            Security = security,
            BodyOptions = options,
        });
        return pair;
    }

    public static async Task<VMessPair> ConnectAsync(
        VMessSecurity security, VMessBodyOptions? options = null, VMessCommand command = VMessCommand.Tcp, int seed = 1, int most = 4000, Func<int, byte, int>? toServer = null, Func<int, byte, int>? toClient = null)
    {
        var pair = Begin(security, options, command, seed, most, toServer, toClient);
        await pair.AcceptAsync();
        return pair;
    }

    public async Task AcceptAsync()
    {
        using var server = NewServer();
        await Client.StartAsync(TimeSpan.Zero).WaitAsync(Wait.Bound);
        Outcome = await server.AcceptAsync(ServerTransport).WaitAsync(Wait.Bound);
    }

    /// <summary>Writes in pieces of random sizes, by every way a writer has, and completes.</summary>
    public async Task WriteAsync(PipeWriter writer, byte[] bytes)
    {
        var random = new Random(_random.Next());
        for (var at = 0; at < bytes.Length;)
        {
            var piece = bytes.AsMemory(at, Math.Min(bytes.Length - at, random.Next(1, random.Next(2) == 0 ? 100 : 90_000)));
            at += piece.Length;
            if (random.Next(2) == 0)
            {
                await writer.WriteAsync(piece);
                continue;
            }

            writer.Write(piece.Span);
            if (random.Next(2) == 0)
            {
                await writer.FlushAsync();
            }
        }

        writer.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        await Client.DisposeAsync();
        if (Outcome is VMessAcceptOutcome.Accepted accepted)
        {
            await accepted.Connection.DisposeAsync();
        }
        else
        {
            ServerTransport.Output.Complete();
            ServerTransport.Input.Complete();
        }

        await Task.WhenAll(_carrying).WaitAsync(Wait.Bound);
    }

    private static async Task CarryAsync(PipeReader from, PipeWriter to, Func<int, byte, int>? change, Random random, int most)
    {
        var offset = 0;
        Exception? failure = null;
        try
        {
            while (true)
            {
                var read = await from.ReadAsync();
                var bytes = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, random.Next(1, most))).ToArray();
                from.AdvanceTo(read.Buffer.GetPosition(bytes.Length));
                for (var i = 0; change is not null && i < bytes.Length; i++)
                {
                    var changed = change(offset++, bytes[i]);
                    if (changed < 0)
                    {
                        await to.WriteAsync(bytes.AsMemory(0, i));
                        return;
                    }

                    bytes[i] = (byte)changed;
                }

                if ((await to.WriteAsync(bytes)).IsCompleted || (bytes.Length == 0 && read.IsCompleted))
                {
                    return;
                }
            }
        }
        catch (Exception exception)
        {
            failure = exception;
        }
        finally
        {
            await from.CompleteAsync();
            await to.CompleteAsync(failure);
        }
    }
}
