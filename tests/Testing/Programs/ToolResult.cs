using System.Text;

namespace Tunnel.Testing.Programs;

/// <summary>What a program left behind.</summary>
public sealed record ToolResult(int ExitCode, byte[] Output, string Error)
{
    /// <summary>Standard output as text.</summary>
    public string Text => Encoding.UTF8.GetString(Output);

    /// <summary>Everything, for a message.</summary>
    public override string ToString() => $"exit code {ExitCode}\n--- standard output\n{Text}\n--- standard error\n{Error}";
}
