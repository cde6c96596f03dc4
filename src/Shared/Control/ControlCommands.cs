namespace Tunnel.Shared.Control;

/// <summary>What a running program can be told to do; what a command is about follows its name and a space.</summary>
public static class ControlCommands
{
    /// <summary>To read its configuration again.</summary>
    public const string Reload = "reload";

    /// <summary>To forget answers that are kept for visitors; it is about how their URIs begin.</summary>
    public const string Purge = "purge";
}
