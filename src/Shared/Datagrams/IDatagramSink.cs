namespace Tunnel.Shared.Datagrams;

/// <summary>Where a <see cref="DatagramWriter"/> sends to.</summary>
internal interface IDatagramSink
{
    /// <summary>Sends one datagram, or drops and counts it; false where no other can be sent either. Never throws for what a peer does.</summary>
    ValueTask<bool> SendAsync(ReadOnlyMemory<byte> datagram);

    /// <summary>The writer has ended.</summary>
    /// <param name="failure">Null where it ended in order.</param>
    void Complete(Exception? failure);
}
