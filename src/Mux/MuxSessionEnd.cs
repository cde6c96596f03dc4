namespace Tunnel.Mux;

/// <summary>How a session ended.</summary>
/// <param name="Code"><see cref="MuxErrorCode.NoError"/> for an orderly end.</param>
/// <param name="ByPeer">Whether the peer ended it, or the connection to it.</param>
/// <param name="Message">One sentence for a log.</param>
public sealed record MuxSessionEnd(MuxErrorCode Code, bool ByPeer, string Message)
{
    public bool IsOrderly => Code == MuxErrorCode.NoError;
}
