namespace Tunnel.WebFront.Tests.Conformance.Wire;

/// <summary>What a visitor saw of a front.</summary>
/// <param name="Answers">All of them, interim ones too.</param>
/// <param name="Tunnelled">What came back after 101.</param>
/// <param name="Extra">What came after the last answer.</param>
/// <param name="Connection">What became of the connection: kept, closed, or silent where it should have been closed.</param>
/// <param name="VisitorPort">Where the visitor came from.</param>
internal sealed record Exchange(IReadOnlyList<Message> Answers, byte[]? Tunnelled, byte[] Extra, string Connection, int VisitorPort);
