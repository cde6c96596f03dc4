namespace Tunnel.Shared.Inbounds.Web;

/// <summary>What is shown in the place of our own page for an error.</summary>
/// <param name="Status">400 to 599.</param>
/// <param name="File">An HTML file, relative to the working directory. Read when it is shown, so it may change.</param>
public sealed record WebErrorPage(int Status, string File);
