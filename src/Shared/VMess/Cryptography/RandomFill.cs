namespace Tunnel.Shared.VMess.Cryptography;

/// <summary>Fills a span with random bytes. A parameter only so that a test can reproduce recorded bytes.</summary>
internal delegate void RandomFill(Span<byte> destination);
