using System.IO.Pipelines;
using System.Net;
using Tunnel.Shared.Transport;

namespace Tunnel.Fuzz.Feeding;

/// <summary>A connection whose peer is an input of the fuzzer. Nothing on it ever waits.</summary>
internal sealed class FedConnection : IConnection
{
    /// <summary>The peer says what it has to say, however it is answered.</summary>
    public FedConnection(byte[] bytes)
        : this(Split.Pieces(bytes))
    {
    }

    /// <summary>The peer answers what is written to it: it is asked for more when all that it has said was read.</summary>
    public FedConnection(Func<CollectingPipeWriter, IEnumerable<byte[]>> peer)
        : this(Later(peer, out var writer), writer)
    {
    }

    private FedConnection(IEnumerable<byte[]> pieces, CollectingPipeWriter? writer = null)
    {
        Writer = writer ?? new CollectingPipeWriter();
        Reader = new FedPipeReader(pieces);
    }

    public FedPipeReader Reader { get; }

    public CollectingPipeWriter Writer { get; }

    public PipeReader Input => Reader;

    public PipeWriter Output => Writer;

    public EndPoint? LocalEndPoint => null;

    public EndPoint? RemoteEndPoint => new IPEndPoint(IPAddress.Loopback, 1);

    public void Abort()
    {
    }

    public ValueTask DisposeAsync()
    {
        Reader.Dispose();
        return ValueTask.CompletedTask;
    }

    private static IEnumerable<byte[]> Later(Func<CollectingPipeWriter, IEnumerable<byte[]>> peer, out CollectingPipeWriter writer)
    {
        var output = writer = new CollectingPipeWriter();
        return Begin();

        IEnumerable<byte[]> Begin()
        {
            foreach (var message in peer(output))
            {
                foreach (var piece in Split.Pieces(message))
                {
                    yield return piece;
                }
            }
        }
    }
}
