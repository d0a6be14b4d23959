"""The custom fields of a sandboxed org: what a Kvitt set-up asks an admin to create (FACTS.md 9).

Account       Fortnox_Customer_Number__c (external id, unique), Organization_Number__c, VAT_Number__c,
              VAT_Type__c (Fortnox's VATType), Invoice_Email__c, Payment_Terms__c, Our_Reference__c
Product2      Fortnox_Article_Number__c (external id, unique)
Opportunity   written back: Fortnox_Invoice_Number__c (external id), Fortnox_Status__c, Fortnox_Invoice_Date__c,
and Order     Fortnox_Due_Date__c, Fortnox_Booked_Seen__c, Fortnox_Total__c, Fortnox_VAT__c, Fortnox_Balance__c,
              Fortnox_Currency__c, Fortnox_OCR__c, Fortnox_Paid__c (checkbox), Fortnox_Paid_Amount__c,
              Fortnox_Paid_Date__c, Fortnox_Error__c, Kvitt_Key__c (external id, unique)
              read: Kvitt_Skip__c (checkbox), Legal_Entity__c (the Fortnox company's key, where a world has
              several), Your_Reference__c, Your_Order_Number__c, Invoice_Remarks__c

A world's customer key is the Account's AccountNumber, an article number the Product2's ProductCode.
"""

_DOCUMENT = """
Fortnox_Invoice_Number__c string(50) external
Fortnox_Status__c picklist(255) restricted | draft, booked, sent, part-paid, paid, overdue, cancelled, credited
Fortnox_Invoice_Date__c date
Fortnox_Due_Date__c date
Fortnox_Booked_Seen__c date
Fortnox_Total__c currency(16,2)
Fortnox_VAT__c currency(16,2)
Fortnox_Balance__c currency(16,2)
Fortnox_Currency__c string(3)
Fortnox_OCR__c string(50)
Fortnox_Paid__c boolean
Fortnox_Paid_Amount__c currency(16,2)
Fortnox_Paid_Date__c date
Fortnox_Error__c textarea(32000)
Kvitt_Key__c string(80) external unique
Kvitt_Skip__c boolean
Legal_Entity__c picklist(255) restricted
Your_Reference__c string(50)
Your_Order_Number__c string(30)
Invoice_Remarks__c textarea(1024)
"""

CUSTOM: dict[str, str] = {
    "Account": """
Fortnox_Customer_Number__c string(50) external unique
Organization_Number__c string(30)
VAT_Number__c string(30)
VAT_Type__c picklist(255) restricted | SEVAT, SEREVERSEDVAT, EUREVERSEDVAT, EUVAT, EXPORT
Invoice_Email__c email(80)
Payment_Terms__c string(10)
Our_Reference__c string(50)
""".lstrip(),
    "Product2": "Fortnox_Article_Number__c string(50) external unique\n",
    "Opportunity": _DOCUMENT.lstrip(),
    "Order": _DOCUMENT.lstrip(),
}
"""Custom fields by object, in the lines of `objects.py`."""

LEGAL_ENTITY = "Legal_Entity__c"
"""The field that names a deal's Fortnox company; its choices are the world's companies."""
