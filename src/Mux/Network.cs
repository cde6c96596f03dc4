namespace Tunnel.Mux;

/// <summary>The transport a connection uses towards its destination. The numbers are those of V2Ray's Mux.Cool and of <c>stream.proto</c>.</summary>
public enum Network
{
    /// <summary>A reliable byte stream.</summary>
    Tcp = 1,

    /// <summary>Datagrams.</summary>
    Udp = 2,
}
