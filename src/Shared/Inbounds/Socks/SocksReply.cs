namespace Tunnel.Shared.Inbounds.Socks;

/// <summary>How a SOCKS5 request is answered. The numbers are those on the wire (RFC 1928, section 6).</summary>
internal enum SocksReply : byte
{
    Succeeded = 0,
    GeneralFailure = 1,
    CommandNotSupported = 7,
    AddressTypeNotSupported = 8,
}
