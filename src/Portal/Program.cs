Console.WriteLine("portal");
