using System.Runtime.InteropServices;
using Tunnel.Mux;
using Tunnel.Portal.Sessions;

namespace Tunnel.Portal.Parking;

/// <summary>A visitor's place in a <see cref="ParkingLot"/>, whose lock guards where it stands.</summary>
internal sealed class ParkedVisitor
{
    private readonly TaskCompletionSource<Outcome> _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ParkedVisitor(StreamMetadata metadata, long since)
    {
        Metadata = metadata;
        Since = since;
        Node = new LinkedListNode<ParkedVisitor>(this);
    }

    /// <summary>Of the stream that it waits for.</summary>
    public StreamMetadata Metadata { get; }

    /// <summary>When it came, as a time stamp.</summary>
    public long Since { get; }

    public LinkedListNode<ParkedVisitor> Node { get; }

    /// <summary>Completes when the wait has ended; never fails, unless its stream could not be named to the session.</summary>
    public Task<Outcome> Ended => _ended.Task;

    public void End(ParkingEnd end, OpenedStream? stream = null) => _ended.TrySetResult(new Outcome(end, stream));

    /// <param name="End">How.</param>
    /// <param name="Stream">The stream where it was served; whoever waited owns it.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Outcome(ParkingEnd End, OpenedStream? Stream);
}
