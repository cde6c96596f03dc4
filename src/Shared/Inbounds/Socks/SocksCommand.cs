namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>What a SOCKS client asks for. The numbers are those on the wire (RFC 1928, section 4).</summary>
internal enum SocksCommand : byte
{
    Connect = 1,
    Bind = 2,
    UdpAssociate = 3,
}
