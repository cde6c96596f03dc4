using System.Buffers;
using System.IO.Pipelines;
using Tunnel.Fuzz.Engine;
using Tunnel.Shared.VMess;

namespace Tunnel.Fuzz.Targets;

/// <summary>Uses a connection as its owner does: reads it to the end and completes it.</summary>
internal static class PipeEnd
{
    /// <summary>Reads all; returns the bytes and what ended them.</summary>
    public static byte[] Drain(VMessConnection connection, Observations observations)
    {
        var read = ReadAll(connection.Input, observations);
        connection.Input.Complete();
        connection.Output.Complete();
        connection.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return read;
    }

    private static byte[] ReadAll(PipeReader input, Observations observations)
    {
        var bytes = new ArrayBufferWriter<byte>();
        try
        {
            while (true)
            {
                var result = input.ReadAsync().AsTask().GetAwaiter().GetResult();
                foreach (var memory in result.Buffer)
                {
                    bytes.Write(memory.Span);
                }

                input.AdvanceTo(result.Buffer.End);
                if (result.IsCompleted)
                {
                    observations.NoteSize(bytes.WrittenCount);
                    return bytes.WrittenSpan.ToArray();
                }
            }
        }
        catch (VMessException exception)
        {
            observations.Note(exception.Error);
            observations.Note(exception);
            return bytes.WrittenSpan.ToArray();
        }
    }
}
