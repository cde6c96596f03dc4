namespace Tunnel.Shared.VMess;

/// <summary>What a VMess request asks for. The numbers are those of the wire.</summary>
internal enum VMessCommand
{
    /// <summary>A byte stream to the destination.</summary>
    Tcp = 1,

    /// <summary>Datagrams to the destination, one for each chunk.</summary>
    Udp = 2,

    /// <summary>Mux.Cool frames; there is no destination.</summary>
    Mux = 3,
}
