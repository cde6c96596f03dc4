using System.Buffers;

namespace Tunnel.Mux.Framing;

/// <summary>Receives what a <see cref="FrameDecoder"/> finds, in order. Spans and sequences are valid during the call only.</summary>
internal interface IFrameHandler
{
    void OnPreface(Preface preface);

    /// <summary>A part of a stream's bytes: payload is passed on before its frame is complete.</summary>
    /// <param name="fin">The stream ends behind this part.</param>
    void OnData(uint streamId, in ReadOnlySequence<byte> part, bool fin);

    /// <summary>A whole frame of any other type, its payload length and its stream number checked against the type.</summary>
    void OnControl(FrameHeader header, in ReadOnlySequence<byte> payload);
}
