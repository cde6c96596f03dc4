namespace Tunnel.Testing.Load;

/// <summary>What a visitor of a <see cref="LoadTarget"/> asks for.</summary>
public enum LoadKind : byte
{
    /// <summary>Bytes of a certain length.</summary>
    Download = (byte)'D',

    /// <summary>A receipt for what it sends.</summary>
    Upload = (byte)'U',

    /// <summary>Everything back.</summary>
    Echo = (byte)'E',

    /// <summary>The first letter of an HTTP request: <c>GET /LENGTH</c> gives so many bytes.</summary>
    Http = (byte)'G',
}
