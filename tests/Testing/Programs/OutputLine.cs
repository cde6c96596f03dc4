namespace Tunnel.Testing.Programs;

/// <summary>One line that a program printed.</summary>
public sealed record OutputLine(OutputStream Stream, string Text);
