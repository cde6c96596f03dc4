using System.Buffers;
using System.Net;

namespace Tunnel.Shared.Transport;

/// <summary>A carrier that is a connection itself, such as one through a proxy. It has no addresses: who is at its other end, only the proxy knows.</summary>
internal sealed class ConnectionCarrier(IConnection connection) : Carrier
{
    private DuplexPipeStream? _stream;

    internal override EndPoint? LocalEndPoint => null;

    internal override EndPoint? RemoteEndPoint => null;

    internal override Stream Stream => _stream ??= new DuplexPipeStream(connection);

    public override void Dispose()
    {
        connection.Abort();
        Linger();
    }

    internal override IConnection ToConnection(MemoryPool<byte>? pool, int readBlockBytes) => connection;

    internal override ValueTask EndOutputAsync() => connection.Output.CompleteAsync();

    internal override void Abort() => connection.Abort();

    internal override void Linger() => _ = EndAsync();

    internal override async ValueTask CloseAsync(TransportPipeReader input, TransportPipeWriter output)
    {
        try
        {
            await output.Completion.WaitAsync(TransportDefaults.CloseTimeout);
        }
        catch (TimeoutException)
        {
            connection.Abort();
        }

        await EndAsync();
    }

    private async Task EndAsync()
    {
        try
        {
            await connection.Output.CompleteAsync();
            await connection.Input.CompleteAsync();
            await connection.DisposeAsync();
        }
        catch (Exception exception) when (exception is IOException or InvalidOperationException or ObjectDisposedException)
        {
            // It is gone; there is nothing left to end.
        }
    }
}
