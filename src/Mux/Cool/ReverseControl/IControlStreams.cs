namespace Tunnel.Mux.Cool.ReverseControl;

/// <summary>Takes the streams of a session that are not for its user. The read loop calls it, so it must not wait.</summary>
internal interface IControlStreams
{
    bool Claims(StreamMetadata metadata);

    /// <summary>The pipes carry datagrams, whatever network the stream names. Both must be completed.</summary>
    void Take(CoolSession session, IMuxStream stream);
}
