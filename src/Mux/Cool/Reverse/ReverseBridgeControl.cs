using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;

namespace Tunnel.Mux.Cool.Reverse;

/// <summary>The bridge's side of V2Ray's reverse control: takes the control stream out of the others, and heeds a drain.</summary>
internal static class ReverseBridgeControl
{
    /// <summary>To be called before anything can have been read: takes every stream to one of the names of <see cref="ControlDomain"/>.</summary>
    public static void Attach(CoolSession session)
    {
        session.ControlAccepted = control => _ = RunAsync(session, control);
        session.IsControl = destination => ControlDomain.IsKnown(destination.Host);
    }

    private static async Task RunAsync(CoolSession session, CoolStream control)
    {
        try
        {
            while (true)
            {
                var result = await control.Input.ReadAsync();
                var buffer = result.Buffer;
                while (TryReadDatagram(ref buffer, out var datagram))
                {
                    if (ControlMessage.Read(datagram) is { IsDrain: true })
                    {
                        session.MarkDraining();
                    }
                }

                control.Input.AdvanceTo(buffer.Start, buffer.End);
                if (result.IsCompleted)
                {
                    break;
                }
            }
        }
        catch (MuxStreamException)
        {
            // The session has ended.
        }

        await control.Input.CompleteAsync();
        await control.Output.CompleteAsync();
    }

    private static bool TryReadDatagram(ref ReadOnlySequence<byte> buffer, out byte[] datagram)
    {
        datagram = [];
        Span<byte> prefix = stackalloc byte[2];
        if (buffer.Length < prefix.Length)
        {
            return false;
        }

        buffer.Slice(0, prefix.Length).CopyTo(prefix);
        var length = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        if (buffer.Length < prefix.Length + length)
        {
            return false;
        }

        datagram = buffer.Slice(prefix.Length, length).ToArray();
        buffer = buffer.Slice(prefix.Length + length);
        return true;
    }
}
