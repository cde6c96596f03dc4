using System.Buffers;

namespace Tunnel.Mux.Cool.Framing;

/// <summary>Receives what a <see cref="CoolFrameDecoder"/> finds, in order. Sequences are valid during the call only.</summary>
internal interface ICoolFrameHandler
{
    /// <summary>A frame begins; its <see cref="CoolFrame.DataLength"/> bytes follow in calls of <see cref="OnData"/>.</summary>
    void OnFrame(in CoolFrame frame);

    /// <summary>A part of the data of the frame that began last: data is passed on before it is complete. Never empty.</summary>
    /// <param name="part">What has arrived.</param>
    /// <param name="isLast">The frame ends behind this part.</param>
    /// <returns>How many bytes were taken. Where it is not all of them the decoder stops, and offers the rest again.</returns>
    long OnData(in ReadOnlySequence<byte> part, bool isLast);
}
