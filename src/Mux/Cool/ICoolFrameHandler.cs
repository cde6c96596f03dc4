using System.Buffers;

namespace Tunnel.Mux.Cool;

/// <summary>Receives what a <see cref="CoolDecoder"/> finds, in order. Sequences are valid during the call only.</summary>
internal interface ICoolFrameHandler
{
    /// <summary>A frame begins. <paramref name="dataLength"/> bytes of data follow in calls of <see cref="OnData"/>; -1 where none do.</summary>
    void OnFrame(in CoolMetadata metadata, int dataLength);

    /// <summary>A part of the data of the frame that began last.</summary>
    void OnData(in ReadOnlySequence<byte> part);
}
