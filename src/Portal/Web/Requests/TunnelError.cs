namespace Tunnel.Portal.Web.Requests;

/// <summary>The names by which answers of our own say what went wrong and where, in the header <see cref="Header"/>. Stable.</summary>
internal static class TunnelError
{
    /// <summary>Set by whoever refuses a request, beside the status; a page is made of it where there is no body yet.</summary>
    public const string Header = "Tunnel-Error";

    public const string BadRequest = "bad-request";
    public const string NoRoute = "no-route";
    public const string WrongMethod = "wrong-method";
    public const string NoBridge = "no-bridge";
    public const string BridgeRefused = "bridge-refused";
    public const string TargetRefused = "target-refused";
    public const string TargetUnreachable = "target-unreachable";
    public const string TargetTimeout = "target-timeout";
    public const string TargetReset = "target-reset";
    public const string TargetBadAnswer = "target-bad-answer";
    public const string TargetTls = "target-tls";
    public const string BodyTooLarge = "body-too-large";
    public const string Internal = "internal";

    /// <summary>One sentence for whoever sees the page; nothing of addresses and names behind the portal.</summary>
    public static string Explain(string code) => code switch
    {
        BadRequest => "The request cannot be understood.",
        NoRoute => "Nothing is served at this address.",
        WrongMethod => "This address does not take requests of this kind.",
        NoBridge => "The bridge to this service is not connected. It may be back in a moment.",
        BridgeRefused => "The bridge to this service takes no more requests at the moment.",
        TargetRefused => "The service behind this address is not running: it refused the connection.",
        TargetUnreachable => "The service behind this address cannot be reached.",
        TargetTimeout => "The service behind this address did not answer in time.",
        TargetReset => "The service behind this address closed the connection before it had answered.",
        TargetBadAnswer => "The service behind this address gave an answer that is not valid.",
        TargetTls => "The service behind this address could not be reached securely.",
        BodyTooLarge => "The request is larger than this address accepts.",
        "rate" => "There were too many requests from your address. Try again in a moment.",
        "denied" => "Your address may not come here.",
        "auth" => "A name and a password are needed here.",
        _ => "The request could not be answered.",
    };
}
