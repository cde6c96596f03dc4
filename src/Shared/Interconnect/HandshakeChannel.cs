using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Shared.Interconnect.Wire;

namespace Tunnel.Shared.Interconnect;

/// <summary>
/// Sends and receives handshake messages on the very pipe that is handed to the mux afterwards: never takes a byte behind the
/// message it returns. Keeps the transcript.
/// </summary>
internal sealed class HandshakeChannel(IDuplexPipe pipe) : IDisposable
{
    private readonly HandshakeTranscript _transcript = new();

    /// <summary>The transcript's hash so far.</summary>
    public byte[] TranscriptHash() => _transcript.Current();

    /// <summary>The next message. Failures of what the peer sends are values.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public async ValueTask<HandshakeRead> ReadAsync(int maxBytes, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await pipe.Input.ReadAsync(cancellationToken);
            var read = HandshakeCodec.TryRead(result.Buffer, maxBytes, out var frame);
            if (read.Status == HandshakeReadStatus.Message)
            {
                _transcript.Append(frame);
                pipe.Input.AdvanceTo(frame.End);
                return read;
            }

            if (read.Status != HandshakeReadStatus.NeedMore)
            {
                pipe.Input.AdvanceTo(result.Buffer.End);
                return read;
            }

            pipe.Input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted)
            {
                return new HandshakeRead(HandshakeReadStatus.Ended, Message: null);
            }
        }
    }

    /// <summary>Sends a message.</summary>
    /// <exception cref="IOException">The transport failed.</exception>
    /// <exception cref="OperationCanceledException">Cancelled; the connection is torn.</exception>
    public async ValueTask WriteAsync(HandshakeMessage message, CancellationToken cancellationToken)
    {
        var frame = new ArrayBufferWriter<byte>();
        HandshakeCodec.Write(frame, message);
        _transcript.Append(frame.WrittenSpan);
        await pipe.Output.WriteAsync(frame.WrittenMemory, cancellationToken);
    }

    public void Dispose() => _transcript.Dispose();
}
