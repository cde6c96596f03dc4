using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Tunnel.Mux.Cool.Reverse;

/// <summary>The portal's side of V2Ray's reverse control: heartbeats, and the drain of a connection that has carried enough streams.</summary>
public static class ReversePortalControl
{
    /// <summary>V2Ray's: a heartbeat every 2 s.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    /// <summary>V2Ray's: above so many streams ever opened, the control stream among them, a connection is drained, so that numbers never wrap.</summary>
    private const int MaxStreamsEver = 256;

    /// <summary>Opens the control stream, which must be the first, and keeps it going until the session ends.</summary>
    public static void Run(CoolSession session, string controlDomain) => _ = RunAsync(session, controlDomain);

    private static async Task RunAsync(CoolSession session, string controlDomain)
    {
        var control = session.TryOpen(new StreamMetadata(new Destination(Network.Udp, controlDomain, 0)), isControl: true);
        if (control is null)
        {
            return;
        }

        try
        {
            using var timer = new PeriodicTimer(Interval, session.Options.Time);
            do
            {
                var isDrain = session.OpenedStreams > MaxStreamsEver;
                await SendAsync(control, isDrain);
                if (isDrain)
                {
                    await control.Output.CompleteAsync();
                    await session.DrainAsync(CancellationToken.None);
                }
            }
            while (!session.Draining.IsCompleted && await timer.WaitForNextTickAsync());

            await session.Completion;
        }
        catch (MuxStreamException)
        {
            // The session has ended.
        }

        await control.Output.CompleteAsync();
        await control.Input.CompleteAsync();
    }

    private static async Task SendAsync(CoolStream control, bool isDrain)
    {
        control.Output.Advance(Write(control.Output.GetSpan(2 + ControlMessage.MaxSize), isDrain));
        await control.Output.FlushAsync();
    }

    private static int Write(Span<byte> datagram, bool isDrain)
    {
        // At least one byte: an empty message would not be sent at all.
        Span<byte> random = stackalloc byte[RandomNumberGenerator.GetInt32(1, ControlMessage.MaxRandom + 1)];
        RandomNumberGenerator.Fill(random);
        var length = ControlMessage.Write(datagram[2..], isDrain, random);
        BinaryPrimitives.WriteUInt16BigEndian(datagram, (ushort)length);
        return 2 + length;
    }
}
