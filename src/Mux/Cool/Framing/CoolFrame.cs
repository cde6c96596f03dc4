namespace Tunnel.Mux.Cool.Framing;

/// <summary>Everything of a frame but its data.</summary>
/// <param name="Id">The stream.</param>
/// <param name="Status">What the frame does.</param>
/// <param name="Options">Its option bits, unknown ones included.</param>
/// <param name="Destination">Where the stream goes; null unless the frame is <see cref="FrameStatus.New"/>.</param>
/// <param name="DataLength">Bytes of data that follow; 0 also where there is none.</param>
internal readonly record struct CoolFrame(ushort Id, FrameStatus Status, FrameOptions Options, Destination? Destination, int DataLength)
{
    public bool HasData => (Options & FrameOptions.Data) != FrameOptions.None;

    public bool IsError => (Options & FrameOptions.Error) != FrameOptions.None;
}
