namespace Tunnel.Shared.Inbounds.Web;

/// <summary>A piece of a template.</summary>
/// <param name="Variable">What it stands for.</param>
/// <param name="Text">The text as it is; of <see cref="WebVariable.Header"/> the header's name; of <see cref="WebVariable.Capture"/> the digit; otherwise the variable's name.</param>
public sealed record WebTemplatePart(WebVariable Variable, string Text);
